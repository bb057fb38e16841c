import type { Context } from "hono";
import { SENTENCES } from "../../contract/sentences.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import type { Reason } from "../../domain/reasons.ts";
import { readerOf, render } from "../respond.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import type { PersonalEnv } from "./session.ts";
import { SIGN_IN } from "./words.ts";

/**
 * A page for one person: kept by nobody, framed by nobody, and with no script but those that carry this answer's nonce
 * (`<script type="module" src=… nonce={nonce}>`), which may call our own origin.
 */
export async function privatePage(
  context: Context<PersonalEnv>,
  draw: (nonce: string) => Parameters<typeof render>[0],
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Response> {
  const nonce = encodeBase64url(context.get("world").chance.bytes(16));
  const { bytes } = await render(draw(nonce), readerOf(context.req.raw, context.get("world")));
  return new Response(bytes, {
    status: options.status ?? 200,
    headers: { ...privateHeaders(nonce), ...options.headers },
  });
}

/** A refusal for people, with the code that the API would give. */
export function refusalPage(
  context: Context<PersonalEnv>,
  reason: Reason,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return privatePage(context, () => <RefusalPage reason={reason} />, { status, headers });
}

function RefusalPage({ reason }: { reason: Reason }) {
  const words = wordsOf(SIGN_IN);
  return (
    <Shell title={`${words.notPossible} – Rising BSM Marketplace`} isHidden>
      <section class="wrap max-w-2xl py-16">
        <h1 class="text-3xl font-bold tracking-tight">{words.failed}</h1>
        <p class="mt-4 text-lg text-muted-foreground" lang="en">
          {SENTENCES[reason]}
        </p>
        <p class="mt-3 text-sm text-muted-foreground">
          {words.code} <code class="rounded bg-muted px-1.5 py-0.5">{reason}</code>
        </p>
      </section>
    </Shell>
  );
}

function privateHeaders(nonce: string): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "private, no-store",
    "content-security-policy": `default-src 'none'; script-src 'nonce-${nonce}'; connect-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    "x-frame-options": "DENY",
    // The query of such a page may carry a one-time code.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy":
      "camera=(), geolocation=(), microphone=(), browsing-topics=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    "x-content-type-options": "nosniff",
  };
}
