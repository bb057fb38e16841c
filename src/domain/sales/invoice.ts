import type { BillingAddress } from "./order.ts";

/** Who sells, as its invoices name it. */
export interface Seller {
  readonly legalName: string;
  readonly address: string;
  /** VAT or tax number; "" where there is none. */
  readonly taxId: string;
  /** What the law wants said about taxes; printed as it is. */
  readonly taxNote: string;
  /** How to pay by hand: bank, account, term. */
  readonly instructions: string;
}

export const INVOICE_KINDS = ["invoice", "credit"] as const;
export type InvoiceKind = (typeof INVOICE_KINDS)[number];

/** A document as it was issued; it never changes, a refund gets a credit note of its own. */
export interface Invoice {
  readonly id: string;
  readonly kind: InvoiceKind;
  readonly publisherId: string;
  /** Without gaps per publisher, invoices and credit notes in one row. */
  readonly number: number;
  readonly orderId: string;
  /** Minor units; negative on a credit note. */
  readonly amount: number;
  readonly currency: string;
  readonly issuedAt: number;
  readonly document: InvoiceDocument;
}

export interface InvoiceDocument {
  readonly seller: Omit<Seller, "instructions">;
  readonly buyer: BillingAddress;
  readonly plugin: { readonly name: string; readonly displayName: string };
  readonly tier: string;
  readonly kind: string;
  readonly termDays: number | null;
  readonly listPrice: number;
  readonly discount: number;
}

/** `acme-000042`: the publisher's handle and six digits at least. */
export function invoiceNumber(handle: string, number: number): string {
  return `${handle}-${String(number).padStart(6, "0")}`;
}
