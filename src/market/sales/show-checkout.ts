import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Invoice, Seller } from "../../domain/sales/invoice.ts";
import type { World } from "../ports.ts";
import { NO_ORDER } from "./find-order.ts";
import type { OrderFacts } from "./ports.ts";

/** What the page of an order shows to whoever holds its address: nothing secret, no license key. */
export interface CheckoutView extends OrderFacts {
  readonly seller: Seller | null;
}

export async function showCheckout(
  world: Pick<World, "orders" | "sellers">,
  orderId: string,
): Promise<Result<CheckoutView, Problem<"NOT_FOUND">>> {
  const facts = await world.orders.find(orderId);
  if (facts === null) return refuse(NO_ORDER);
  return ok({ ...facts, seller: await world.sellers.find(facts.order.publisherId) });
}

/** An invoice as it was issued, to whoever holds its address. */
export async function showInvoice(
  world: Pick<World, "sellers">,
  invoiceId: string,
): Promise<Result<Invoice & { readonly handle: string }, Problem<"NOT_FOUND">>> {
  const invoice = await world.sellers.invoice(invoiceId);
  return invoice === null ? refuse({ reason: "NOT_FOUND", detail: "Invoice not found" }) : ok(invoice);
}
