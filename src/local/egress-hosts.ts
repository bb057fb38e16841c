import { Response } from "miniflare";

/**
 * The foreign services that the example plugins declare, played on this machine: the sandbox's whole outside world.
 * Every other address answers 599.
 */
export function answerEgress(request: { readonly url: string; readonly method: string }): Response {
  const url = new URL(request.url);
  if (url.protocol === "https:" && url.hostname === "ec.europa.eu") return answerVies(url);
  return new Response("no network on this machine", { status: 599 });
}

/** VIES, the European VAT number service: a number is registered here if its digits do not sum to a multiple of nine. */
function answerVies(url: URL): Response {
  const match = /^\/taxation_customs\/vies\/rest-api\/ms\/([A-Z]{2})\/vat\/([A-Z0-9+*]{2,12})$/.exec(url.pathname);
  if (!match) return new Response("not found", { status: 404 });
  const [, country, number] = match as unknown as [string, string, string];
  const sum = [...number].reduce((total, digit) => total + (Number(digit) || 0), 0);
  const isValid = sum % 9 !== 0;
  return Response.json({
    isValid,
    requestDate: new Date().toISOString(),
    userError: isValid ? "VALID" : "INVALID",
    name: isValid ? `Demo company ${country}${number}` : "---",
    address: isValid ? "Hauptstrasse 1\n1010 Wien" : "---",
    vatNumber: number,
  });
}
