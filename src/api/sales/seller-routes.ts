import type { Hono } from "hono";
import { SALES_OPERATIONS } from "../../contract/sales/operations.ts";
import { ok } from "../../domain/result.ts";
import type { Coupon } from "../../domain/sales/coupon.ts";
import { isoTime } from "../../domain/time.ts";
import { createCoupon, listCoupons, saveSeller, showSeller } from "../../market/sales/sell-as.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

export function registerSellerRoutes(app: Hono<ApiEnv>): void {
  route(app, SALES_OPERATIONS.showSeller, async ({ world, principal, params }) => {
    const seller = await showSeller(world, principal, params.handle as string);
    return seller.ok ? ok({ body: seller.value }) : seller;
  });

  route(app, SALES_OPERATIONS.saveSeller, async ({ world, principal, params, body }) => {
    const saved = await saveSeller(world, principal, params.handle as string, body);
    return saved.ok ? ok({ body: saved.value }) : saved;
  });

  route(app, SALES_OPERATIONS.listCoupons, async ({ world, principal, params }) => {
    const coupons = await listCoupons(world, principal, params.handle as string);
    return coupons.ok ? ok({ body: { data: coupons.value.map(present), total: coupons.value.length } }) : coupons;
  });

  route(app, SALES_OPERATIONS.createCoupon, async ({ world, principal, params, body }) => {
    const made = await createCoupon(world, principal, params.handle as string, {
      code: body.code,
      pluginId: body.pluginId ?? null,
      percentOff: body.percentOff ?? null,
      amountOff: body.amountOff ?? null,
      maxRedemptions: body.maxRedemptions ?? null,
      expiresAt: body.expiresAt === undefined ? null : Math.floor(Date.parse(body.expiresAt) / 1000),
    });
    return made.ok ? ok({ status: 201, body: present(made.value) }) : made;
  });
}

function present(coupon: Coupon) {
  const { id, code, pluginId, percentOff, amountOff, maxRedemptions, redemptions, expiresAt } = coupon;
  return {
    id,
    code,
    ...(pluginId === null ? {} : { pluginId }),
    ...(percentOff === null ? {} : { percentOff }),
    ...(amountOff === null ? {} : { amountOff }),
    ...(maxRedemptions === null ? {} : { maxRedemptions }),
    redemptions,
    ...(expiresAt === null ? {} : { expiresAt: isoTime(expiresAt) }),
  };
}
