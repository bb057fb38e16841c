import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { COUPON_BODY, SELLER_BODY } from "../../contract/sales/shapes.ts";
import { ORDER_STATES } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { cancelOrder } from "../../market/sales/cancel-order.ts";
import { markPaid } from "../../market/sales/mark-paid.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import { refundOrder } from "../../market/sales/refund-order.ts";
import { createCoupon, listCoupons, saveSeller, showSeller } from "../../market/sales/sell-as.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { idIn } from "../console/on-console.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { readEuros } from "./plugin-prices.tsx";
import { CouponsPage, ORDER_ACTS, OrderActPage, SalesPage, SellerPage } from "./sales.tsx";
import { SALES_WORDS } from "./sales-words.ts";

const ORDER = ":order{ord_[0-9A-Za-z]{1,40}}";
const A_PAGE = 25;

/** Orders and invoices, coupons, and how an organization is paid. */
export function registerSalesPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/sales", "sell", async (context, seat) => {
    const { searchParams } = new URL(context.req.url);
    const state = ORDER_STATES.find((one) => one === searchParams.get("state"));
    const page = Number(idIn(searchParams.get("page")) ?? "1");
    const world = context.get("world");
    const plugins = await world.publishing.plugins(seat.member.id, unixSeconds(world.clock.now()));
    // Of everything the person sells, what this organization sells.
    const account = { id: seat.person.accountId, buys: false, sells: true, plugins: plugins.map(({ name }) => name) };
    const [orders, earned] = await Promise.all([
      world.orders.list({ account, state, page, limit: A_PAGE }),
      world.orders.revenue({ publisherId: seat.member.id, memberId: null, plugins: null, pluginId: null }),
    ]);
    const view = { orders, state, page, limit: A_PAGE, earned };
    return privatePage(context, () => <SalesPage seat={seat} view={view} />);
  });

  for (const act of ORDER_ACTS) {
    onMember(app, `/sales/${ORDER}/${act}`, "sell", async (context, seat) => {
      const facts = await findOrder(context, seat);
      return facts === null ? null : privatePage(context, () => <OrderActPage seat={seat} facts={facts} act={act} />);
    });
    onMemberForm(app, `/sales/${ORDER}/${act}`, "sell", async (context, seat, form) => {
      const facts = await findOrder(context, seat);
      if (facts === null) return refusalPage(context, "NOT_FOUND", 404);
      const world = context.get("world");
      const note = form.get("note")?.trim().slice(0, 300) ?? "";
      const { id } = facts.order;
      const done =
        act === "cancel"
          ? await cancelOrder(world, seat.person, id)
          : await (act === "paid" ? markPaid : refundOrder)(world, seat.person, id, note);
      if (done.ok) return seeOther(publisherPaths.sales(seat.member.handle));
      const problem = formProblem(done.problem);
      return privatePage(context, () => <OrderActPage seat={seat} facts={facts} act={act} problem={problem} />, {
        status: statusOf(problem.reason),
      });
    });
  }

  onMember(app, "/coupons", "sell", (context, seat) => drawCoupons(context, seat));
  onMemberForm(app, "/coupons", "sell", makeCoupon);

  onMember(app, "/seller", "sell", async (context, seat) => {
    const seller = await showSeller(context.get("world"), seat.person, seat.member.handle);
    const isSaved = new URL(context.req.url).searchParams.has("saved");
    return seller.ok
      ? privatePage(context, () => <SellerPage seat={seat} seller={seller.value} isSaved={isSaved} />)
      : null;
  });
  onMemberForm(app, "/seller", "sell", async (context, seat, form) => {
    const text = (name: string) => form.get(name)?.trim().replaceAll("\r\n", "\n") ?? "";
    const seller = {
      legalName: text("legalName"),
      address: text("address"),
      taxId: text("taxId"),
      taxNote: text("taxNote"),
      instructions: text("instructions"),
    };
    const words = wordsOf(SALES_WORDS, languageOf(context.req.raw));
    const parsed = SELLER_BODY.safeParse(seller);
    const again = (problem: FormProblem) =>
      privatePage(context, () => <SellerPage seat={seat} seller={seller} isSaved={false} problem={problem} />, {
        status: statusOf(problem.reason),
      });
    if (!parsed.success)
      return again(
        invalidForm(
          parsed.error.issues.map(({ path, message }) => {
            const field = String(path[0]) as keyof typeof seller;
            return { field, text: `${words[field]}: ${message}` };
          }),
        ),
      );
    const saved = await saveSeller(context.get("world"), seat.person, seat.member.handle, parsed.data);
    return saved.ok
      ? seeOther(`${publisherPaths.seller(seat.member.handle)}?saved=1`)
      : again(formProblem(saved.problem));
  });
}

async function makeCoupon(context: PublishContext, seat: Seat, form: URLSearchParams): Promise<Response> {
  const words = wordsOf(SALES_WORDS, languageOf(context.req.raw));
  const text = (name: string) => form.get(name)?.trim() ?? "";
  const amount = readEuros(text("amount"));
  const errors: { field: string; text: string }[] = [];
  if (amount === null) errors.push({ field: "amount", text: `${words.amount}: ${words.couponBad}` });
  const until = text("until");
  const isDay = until === "" || (/^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(Date.parse(until)));
  if (!isDay) errors.push({ field: "until", text: `${words.until}: 2027-12-31` });
  const parsed = COUPON_BODY.safeParse({
    code: text("code"),
    ...(text("plugin") === "" ? {} : { pluginId: text("plugin") }),
    ...(text("percent") === "" ? {} : { percentOff: Number(text("percent")) }),
    ...(typeof amount === "number" ? { amountOff: Math.round(amount * 100) } : {}),
    ...(text("max") === "" ? {} : { maxRedemptions: Number(text("max")) }),
  });
  if (!parsed.success)
    errors.push(
      ...parsed.error.issues.map(({ path }) => {
        const field = FIELDS[String(path[0])] ?? "percent";
        return { field, text: `${words[field]}: ${field === "code" ? words.codeHint : words.couponBad}` };
      }),
    );
  if (errors.length > 0 || !parsed.success) return drawCoupons(context, seat, form, invalidForm(errors));
  const { code, pluginId = null, percentOff = null, amountOff = null, maxRedemptions = null } = parsed.data;
  const made = await createCoupon(context.get("world"), seat.person, seat.member.handle, {
    code,
    pluginId,
    percentOff,
    amountOff,
    maxRedemptions,
    // To the end of that day, everywhere it may be.
    expiresAt: until === "" ? null : Math.floor(Date.parse(`${until}T23:59:59Z`) / 1000),
  });
  return made.ok
    ? seeOther(publisherPaths.coupons(seat.member.handle))
    : drawCoupons(context, seat, form, formProblem(made.problem));
}
const FIELDS: Readonly<Record<string, "code" | "plugin" | "percent" | "amount" | "max">> = {
  code: "code",
  pluginId: "plugin",
  percentOff: "percent",
  amountOff: "amount",
  maxRedemptions: "max",
};

async function drawCoupons(
  context: PublishContext,
  seat: Seat,
  typed?: URLSearchParams,
  problem?: FormProblem,
): Promise<Response> {
  const world = context.get("world");
  const [coupons, plugins] = await Promise.all([
    listCoupons(world, seat.person, seat.member.handle),
    world.publishing.plugins(seat.member.id, unixSeconds(world.clock.now())),
  ]);
  return privatePage(
    context,
    () => (
      <CouponsPage
        seat={seat}
        coupons={coupons.ok ? coupons.value : []}
        plugins={plugins}
        typed={typed}
        problem={problem}
      />
    ),
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

/** An order of this organization's plugins. */
async function findOrder(context: PublishContext, { member }: Seat): Promise<OrderFacts | null> {
  const facts = await context.get("world").orders.find(context.req.param("order") ?? "");
  return facts?.order.publisherId === member.id ? facts : null;
}
