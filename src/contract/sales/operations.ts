import * as z from "zod";
import type { Scope } from "../../domain/account/scopes.ts";
import { ORDER_ID } from "../../domain/sales/order.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";
import * as shapes from "./shapes.ts";

const BUYERS: readonly Scope[] = ["instance:manage"];
const SELLERS: readonly Scope[] = ["license:issue", "desk:accounts"];
const ORDER_PARAM = { id: ORDER_ID };
const HANDLE_PARAM = { handle: /^[a-z][a-z0-9-]{1,38}$/ };
const CALLER_PROBLEMS = ["AUTHENTICATION_REQUIRED", "CLOCK_SKEW", "PERMISSION_DENIED", "INSTANCE_SUSPENDED"] as const;
const BODY_PROBLEMS = ["BODY_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED", "VALIDATION_ERROR"] as const;
/** What stands in the way of an order. */
const OFFER_PROBLEMS = [
  "NOT_FOUND",
  "PLUGIN_SUSPENDED",
  "not_for_sale",
  "price_on_request",
  "ALREADY_LICENSED",
  "PLAN_CHANGE_REFUSED",
  "TRANSITION_INVALID",
  "order_open",
  "order_limit",
  "order_state",
  "payment_unavailable",
  "STATE_CHANGED",
] as const;

function json<S extends z.ZodType>(schema: S) {
  return { type: "json", schema, maxBytes: MAX_JSON_BYTES } as const;
}
function optionalJson<S extends z.ZodType>(schema: S) {
  return { ...json(schema), optional: true } as const;
}

/** Orders and payments (README of src/domain/sales). */
export const SALES_OPERATIONS = {
  createOrder: {
    id: "createOrder",
    method: "POST",
    path: "/v1/orders",
    summary:
      "Order a tier: a new license, a renewal, an upgrade or a trial's conversion; one that waits is answered again",
    tag: "orders",
    caller: { kind: "instance_or_account", scope: BUYERS },
    body: json(shapes.ORDER_BODY),
    answers: { 200: shapes.ORDER, 201: shapes.ORDER },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, ...OFFER_PROBLEMS, "coupon_refused", "IDEMPOTENCY_MISMATCH"],
  },
  startCheckout: {
    id: "startCheckout",
    method: "POST",
    path: "/v1/checkout",
    summary: "The same for hosts: the address of a page on which the order is paid",
    tag: "orders",
    caller: { kind: "instance_or_account", scope: BUYERS },
    body: json(shapes.CHECKOUT_BODY),
    answers: { 200: shapes.CHECKOUT, 201: shapes.CHECKOUT },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, ...OFFER_PROBLEMS],
  },
  listOrders: {
    id: "listOrders",
    method: "GET",
    path: "/v1/orders",
    summary: "What the caller bought or sold, newest first",
    tag: "orders",
    caller: { kind: "instance_or_account", scope: [...BUYERS, ...SELLERS] },
    query: shapes.ORDER_QUERY,
    answers: { 200: shapes.ORDER_LIST },
    problems: [...CALLER_PROBLEMS, "VALIDATION_ERROR"],
  },
  showOrder: {
    id: "showOrder",
    method: "GET",
    path: "/v1/orders/{id}",
    summary: "One order",
    tag: "orders",
    caller: { kind: "instance_or_account", scope: [...BUYERS, ...SELLERS] },
    params: ORDER_PARAM,
    answers: { 200: shapes.ORDER },
    problems: [...CALLER_PROBLEMS, "NOT_FOUND"],
  },
  cancelOrder: {
    id: "cancelOrder",
    method: "POST",
    path: "/v1/orders/{id}/cancel",
    summary: "Give up an order that waits for money; repeating it changes nothing",
    tag: "orders",
    caller: { kind: "instance_or_account", scope: [...BUYERS, ...SELLERS] },
    params: ORDER_PARAM,
    body: optionalJson(z.object({})),
    answers: { 200: shapes.ORDER },
    problems: [
      ...CALLER_PROBLEMS,
      ...BODY_PROBLEMS,
      "NOT_FOUND",
      "order_state",
      "payment_unavailable",
      "STATE_CHANGED",
    ],
  },
  markOrderPaid: {
    id: "markOrderPaid",
    method: "POST",
    path: "/v1/orders/{id}/mark-paid",
    summary: "The money of an order that is paid by hand has come; repeating it changes nothing",
    tag: "orders",
    caller: { kind: "account", scope: SELLERS },
    params: ORDER_PARAM,
    body: optionalJson(shapes.NOTE_BODY),
    answers: { 200: shapes.ORDER },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, ...OFFER_PROBLEMS],
  },
  refundOrder: {
    id: "refundOrder",
    method: "POST",
    path: "/v1/orders/{id}/refund",
    summary: "Give all the money back; the license is revoked, repeating it changes nothing",
    tag: "orders",
    caller: { kind: "account", scope: SELLERS },
    params: ORDER_PARAM,
    body: optionalJson(shapes.NOTE_BODY),
    answers: { 200: shapes.ORDER },
    problems: [
      ...CALLER_PROBLEMS,
      ...BODY_PROBLEMS,
      "NOT_FOUND",
      "order_state",
      "payment_unavailable",
      "STATE_CHANGED",
    ],
  },
  receiveStripe: {
    id: "receiveStripe",
    method: "POST",
    path: "/v1/payments/stripe",
    summary: "Events of Stripe, signed by it (Stripe-Signature); a repeated one changes nothing",
    tag: "orders",
    caller: { kind: "secret" },
    answers: { 200: shapes.RECEIVED },
    problems: ["payment_signature_invalid", "BODY_TOO_LARGE", "NOT_FOUND", "STATE_CHANGED"],
  },
  showSeller: {
    id: "showSeller",
    method: "GET",
    path: "/v1/publishers/{handle}/seller",
    summary: "What a publisher's invoices and payment instructions say",
    tag: "orders",
    caller: { kind: "account", scope: "license:issue" },
    params: HANDLE_PARAM,
    answers: { 200: shapes.SELLER },
    problems: [...CALLER_PROBLEMS, "NOT_FOUND"],
  },
  saveSeller: {
    id: "saveSeller",
    method: "PUT",
    path: "/v1/publishers/{handle}/seller",
    summary: "Set it; invoices that were issued stay as they are",
    tag: "orders",
    caller: { kind: "account", scope: "license:issue" },
    params: HANDLE_PARAM,
    body: json(shapes.SELLER_BODY),
    answers: { 200: shapes.SELLER },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND"],
  },
  listCoupons: {
    id: "listCoupons",
    method: "GET",
    path: "/v1/publishers/{handle}/coupons",
    summary: "Coupons of a publisher and how often they were used",
    tag: "orders",
    caller: { kind: "account", scope: "license:issue" },
    params: HANDLE_PARAM,
    answers: { 200: shapes.COUPON_LIST },
    problems: [...CALLER_PROBLEMS, "NOT_FOUND"],
  },
  createCoupon: {
    id: "createCoupon",
    method: "POST",
    path: "/v1/publishers/{handle}/coupons",
    summary: "Make a coupon; its terms never change",
    tag: "orders",
    caller: { kind: "account", scope: "license:issue" },
    params: HANDLE_PARAM,
    body: json(shapes.COUPON_BODY),
    answers: { 201: shapes.COUPON },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "coupon_exists"],
  },
} as const satisfies Record<string, Operation>;
