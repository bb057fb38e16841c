import path from "node:path";
import { build } from "esbuild";
import { escapeHtml } from "../domain/ui/escape.ts";
import { authorizationOf, type Credentials } from "../sdk/credentials.ts";
import { ROOT } from "./root.ts";

/** The person who is signed in on the emulated instance. */
const USER = { id: "1", name: "Anna Berger", permissions: ["requests.view", "appointments.view", "settings.view"] };

const THEMES = {
  light: { mode: "light", tokens: { background: "#ffffff", primary: "#16a249" } },
  dark: { mode: "dark", tokens: { background: "#020817", primary: "#21c45d" } },
};

/**
 * What an instance does to show plugins: `/plugins/view?installation=…&slot=page.board` embeds views with `<rbsm-plugin>`,
 * and `POST /plugins/tickets` gets their tickets. The credentials stay on this side.
 */
export function instancePages(
  marketplace: string,
  credentials: Credentials,
): (request: Request) => Promise<Response | null> {
  let script: Promise<string> | null = null;
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/plugins/element.js") {
      script ??= bundleElement();
      return answer(200, "text/javascript", await script);
    }
    if (pathname === "/plugins/tickets" && request.method === "POST")
      return ticket(marketplace, credentials, searchParams);
    if (pathname !== "/plugins/view") return null;
    return answer(
      200,
      "text/html; charset=utf-8",
      page(searchParams.getAll("installation"), searchParams.getAll("slot")),
    );
  };
}

/** The n-th slot is of the n-th installation. */
function page(installations: readonly string[], slots: readonly string[]): string {
  const views = slots.map((slot, index) => {
    const query = new URLSearchParams({ installation: installations[index] ?? "", slot });
    return `<rbsm-plugin data-slot="${escapeHtml(slot)}" src="/plugins/tickets?${escapeHtml(String(query))}"></rbsm-plugin>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Plugins</title>
<p><button id="light">Light</button> <button id="dark">Dark</button></p>${views.join("\n")}
<script type="module" src="/plugins/element.js"></script></html>`;
}

async function ticket(marketplace: string, credentials: Credentials, query: URLSearchParams): Promise<Response> {
  const installation = encodeURIComponent(query.get("installation") ?? "");
  const response = await fetch(`${marketplace}/v1/installations/${installation}/ui-tickets`, {
    method: "POST",
    headers: { authorization: await authorizationOf(credentials, Date.now()), "content-type": "application/json" },
    body: JSON.stringify({ slot: query.get("slot") ?? "", user: USER, theme: THEMES.light }),
  });
  return answer(response.status, "application/json", await response.text());
}

async function bundleElement(): Promise<string> {
  const element = path.join(ROOT, "src/sdk/element/index.ts");
  const { outputFiles } = await build({
    stdin: {
      contents: `import { definePluginElement } from ${JSON.stringify(element)};
        definePluginElement();
        for (const [id, theme] of Object.entries(${JSON.stringify(THEMES)}))
          document.getElementById(id).addEventListener("click", () => {
            for (const view of document.querySelectorAll("rbsm-plugin")) view.theme = theme;
          });`,
      resolveDir: ROOT,
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  return outputFiles[0]?.text ?? "";
}

function answer(status: number, type: string, body: string): Response {
  return new Response(body, { status, headers: { "content-type": type, "cache-control": "no-store" } });
}
