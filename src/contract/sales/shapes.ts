import * as z from "zod";
import { COUPON_CODE } from "../../domain/sales/coupon.ts";
import { INVOICE_KINDS } from "../../domain/sales/invoice.ts";
import { ATTENTIONS, ORDER_ID, ORDER_KINDS, ORDER_STATES, PROVIDERS, SOLD_TIERS } from "../../domain/sales/order.ts";
import { ID, USER_ID } from "../license/shapes.ts";
import { visibleText } from "../visible-text.ts";

/** Minor units of `currency`. */
const MONEY = z.int().min(0).describe("Minor units: cents");
const CURRENCY = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .describe("ISO 4217");

export const BILLING = z.object({
  name: visibleText().min(1).max(200),
  address: visibleText().max(500),
  taxId: visibleText().max(50).optional(),
});

export const ORDER_BODY = z.object({
  pluginId: ID,
  type: z.enum(SOLD_TIERS),
  userId: USER_ID,
  instanceId: ID.optional().describe("Named by people; an instance orders for itself"),
  provider: z
    .enum(PROVIDERS)
    .optional()
    .describe("How it is paid; left out: by card where that is set up, else by hand"),
  coupon: z.string().regex(COUPON_CODE).optional(),
  autoRenew: z.boolean().optional().describe("The next order is made by itself 14 days before the license ends"),
  billing: BILLING.optional().describe("Whom the invoice names; left out: the instance"),
});

/** What a host sends. */
export const CHECKOUT_BODY = z.object({
  pluginId: ID,
  type: z.enum(SOLD_TIERS),
  userId: USER_ID,
  instanceId: ID.optional(),
});

export const NOTE_BODY = z.object({ note: visibleText().max(300).optional() });

export const ORDER = z.object({
  id: z.string().regex(ORDER_ID),
  state: z.enum(ORDER_STATES),
  kind: z.enum(ORDER_KINDS).describe("What it does to the license once it is paid"),
  type: z.enum(SOLD_TIERS),
  pluginId: ID,
  pluginName: z.string(),
  publisher: z.string(),
  instanceId: ID,
  userId: z.string(),
  licenseId: ID.optional(),
  amount: MONEY,
  listPrice: MONEY,
  discount: MONEY,
  refunded: MONEY,
  currency: CURRENCY,
  termDays: z.int().optional().describe("Left out: no end"),
  autoRenew: z.boolean(),
  provider: z.enum(PROVIDERS),
  attention: z.enum(ATTENTIONS).optional().describe("Money that bought nothing: a person must look"),
  isFulfilled: z.boolean().describe("The license got what was bought"),
  checkoutUrl: z.string().describe("A page for the person who pays; whoever holds the address may"),
  invoices: z.array(z.object({ kind: z.enum(INVOICE_KINDS), number: z.int(), url: z.string() })),
  createdAt: z.string(),
  expiresAt: z.string().describe("Not paid until then: cancelled"),
  paidAt: z.string().optional(),
});

export const ORDER_LIST = z.object({ data: z.array(ORDER), total: z.int() });
export const ORDER_QUERY = z.object({
  state: z.enum(ORDER_STATES).optional(),
  pluginId: ID.optional(),
  page: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/)
    .optional(),
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/)
    .optional()
    .describe("1 to 100, else 20"),
});

export const CHECKOUT = z.object({ url: z.string(), orderId: z.string() });
export const RECEIVED = z.object({ received: z.literal(true) });

export const SELLER_BODY = z.object({
  legalName: visibleText().min(1).max(200),
  address: visibleText().min(1).max(500),
  taxId: visibleText().max(50).describe("VAT or tax number"),
  taxNote: visibleText().max(300).describe("What the law wants said about taxes, printed on every invoice"),
  instructions: visibleText().max(1000).describe("How to pay by hand: bank, account, term"),
});

/** Empty where nothing was said yet. */
export const SELLER = z.object({
  legalName: z.string(),
  address: z.string(),
  taxId: z.string(),
  taxNote: z.string(),
  instructions: z.string(),
});

const PERCENT = z.int().min(1).max(100);
export const COUPON_BODY = z
  .object({
    code: z.string().regex(COUPON_CODE),
    pluginId: ID.optional().describe("Left out: every plugin of the publisher"),
    percentOff: PERCENT.optional(),
    amountOff: z.int().min(1).max(100_000_000).optional(),
    maxRedemptions: z.int().min(1).max(1_000_000).optional(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ percentOff, amountOff }) => (percentOff === undefined) !== (amountOff === undefined), {
    path: ["percentOff"],
    message: "Either percentOff or amountOff",
  });
export const COUPON = z.object({
  id: ID,
  code: z.string(),
  pluginId: ID.optional(),
  percentOff: PERCENT.optional(),
  amountOff: MONEY.optional(),
  maxRedemptions: z.int().optional(),
  redemptions: z.int(),
  expiresAt: z.string().optional(),
});
export const COUPON_LIST = z.object({ data: z.array(COUPON), total: z.int() });
