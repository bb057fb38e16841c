import { paths } from "../../contract/paths.ts";
import { type Invoice, invoiceNumber } from "../../domain/sales/invoice.ts";
import type { OrderKind, SoldTier } from "../../domain/sales/order.ts";
import { formatDate, isoDay } from "../format.ts";
import { Shell } from "../shell.tsx";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { formatAmount, kindWords, termWords } from "./money.ts";
import { SALES } from "./words.ts";

export type InvoiceView = Invoice & { readonly handle: string };

/** `/invoices/{invoice}`: one page of paper, as it was issued. */
export function InvoicePage({ view }: { view: InvoiceView }) {
  const words = wordsOf(SALES);
  const { document, currency } = view;
  const { seller, buyer, plugin } = document;
  const title = view.kind === "credit" ? words.credit : words.invoice;
  const number = invoiceNumber(view.handle, view.number);
  const money = (amount: number) => formatAmount({ amount, currency });
  const sign = view.kind === "credit" ? -1 : 1;
  return (
    <Shell title={`${title} ${number} – Rising BSM Marketplace`} isHidden isPaper>
      <article class="wrap max-w-3xl pt-14 print:pt-0">
        <header class="flex flex-wrap justify-between gap-8">
          <address class="whitespace-pre-line not-italic" dir="auto">
            <strong>{seller.legalName}</strong>
            {`\n${seller.address}`}
            {seller.taxId === "" ? null : `\n${words.taxNumber(seller.taxId)}`}
          </address>
          <address class="whitespace-pre-line not-italic" dir="auto">
            <strong>{buyer.name}</strong>
            {`\n${buyer.address}`}
            {buyer.taxId === "" ? null : `\n${words.taxNumber(buyer.taxId)}`}
          </address>
        </header>
        <h1 class="mt-10 text-3xl font-bold tracking-tight">
          {title} {number}
        </h1>
        <p class="mt-2 text-muted-foreground">
          <time datetime={isoDay(view.issuedAt)}>{formatDate(view.issuedAt)}</time>, {words.orderNumber}{" "}
          <a class="link font-mono break-all" href={paths.checkout(view.orderId)}>
            {view.orderId}
          </a>
        </p>
        <table class="mt-8 w-full text-left">
          <thead>
            <tr class="border-b border-border">
              <th scope="col" class="py-2">
                {words.item}
              </th>
              <th scope="col" class="py-2 text-right">
                {words.amount}
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td class="py-2" dir="auto">
                {plugin.displayName} ({plugin.name}), {tierWords(document.tier as SoldTier)}:{" "}
                {kindWords(document.kind as OrderKind)}
                {document.kind === "upgrade" ? null : `, ${termWords(document.termDays)}`}
              </td>
              <td class="py-2 text-right">{money(sign * document.listPrice)}</td>
            </tr>
            {document.discount === 0 ? null : (
              <tr>
                <td class="py-2">{words.discount}</td>
                <td class="py-2 text-right">{money(-sign * document.discount)}</td>
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr class="border-t border-border font-semibold">
              <th scope="row" class="py-2">
                {words.total}
              </th>
              <td class="py-2 text-right">{money(view.amount)}</td>
            </tr>
          </tfoot>
        </table>
        <p class="mt-6">{view.kind === "credit" ? words.givenBack : words.paid}</p>
        {seller.taxNote === "" ? null : (
          <p class="mt-4 whitespace-pre-line text-sm" dir="auto">
            {seller.taxNote}
          </p>
        )}
      </article>
    </Shell>
  );
}
