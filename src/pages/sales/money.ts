import type { Money, OrderKind, OrderState } from "../../domain/sales/order.ts";
import { wordsOf } from "../words/dictionary.ts";
import { currentLanguage, type Language } from "../words/language.ts";
import { SALES } from "./words.ts";

/** Minor units → `€9.00`, `9,00 €`, `CHF 12.50`, `−¥900`: as many decimals as the currency has. */
export function formatAmount({ amount, currency }: Money, language: Language = currentLanguage()): string {
  const format = new Intl.NumberFormat(language, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits).replace("-", "−");
}

export function termWords(termDays: number | null): string {
  const words = wordsOf(SALES);
  return termDays === null ? words.endless : words.forDays(termDays);
}

export function kindWords(kind: OrderKind): string {
  return wordsOf(SALES).kinds[kind];
}

export function stateWords(state: OrderState): string {
  return wordsOf(SALES).states[state];
}
