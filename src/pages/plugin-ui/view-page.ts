import { paths } from "../../contract/paths.ts";
import { escapeHtml } from "../../domain/ui/escape.ts";
import type { Theme } from "../../domain/ui/messages.ts";
import { VIEW_STYLE } from "../../domain/ui/view-style.ts";

export interface ViewPage {
  readonly title: string;
  /** Markup of ours: blocks that were rendered, or a frame. */
  readonly body: string;
  readonly theme: Theme;
  /** Null where nobody may show it. */
  readonly hostOrigin: string | null;
  /** What the page's script needs to know. */
  readonly data?: { readonly [name: string]: string };
}

/**
 * The page of ours that holds a view. Its only script is ours; texts of the plugin are in it as text. `frameSources` is
 * what a frame in it may ever show: a plugin cannot carry anything away by leading its frame elsewhere.
 */
export async function viewResponse(
  { title, body, theme, hostOrigin, data = {} }: ViewPage,
  { frameSources = "'none'", status = 200 }: { frameSources?: string; status?: number } = {},
): Promise<Response> {
  const style = `${VIEW_STYLE}:root{${Object.entries(theme.tokens)
    .map(([name, value]) => `--rbsm-${name}:${value};`)
    .join("")}}`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));
  const hash = btoa(String.fromCharCode(...digest));
  const attributes = Object.entries({ ...data, host: hostOrigin ?? "" })
    .map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
    .join("");
  const html = `<!doctype html><html lang="en" data-mode="${theme.mode}"${attributes}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style><script type="module" src="${paths.asset("plugin-view.js")}"></script></head><body>${body}</body></html>`;
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'sha256-${hash}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-src ${frameSources}; frame-ancestors ${hostOrigin ?? "'none'"}`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-dns-prefetch-control": "off",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    },
  });
}
