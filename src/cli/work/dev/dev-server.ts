import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import { mediaTypeOf } from "../../../domain/bundle/files.ts";
import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import { encodeUtf8 } from "../../../domain/bytes.ts";
import { HOOKS } from "../../../domain/execution/job.ts";
import type { Json } from "../../../domain/json/json.ts";
import type { Manifest } from "../../../domain/manifest/manifest.ts";
import { views } from "../../../domain/manifest/rules.ts";
import { readPostedForm, readViewRoute } from "../../../domain/ui/posted.ts";
import { ROUTE_FIELD } from "../../../domain/ui/render.ts";
import { VIEW_STYLE } from "../../../domain/ui/view-style.ts";
import { resolveSdk, SDK_NAME } from "../sdk.ts";
import { callOf, routeCall, WANTED } from "./call-of.ts";
import { devViewPage } from "./dev-view.ts";
import { FACTS } from "./read-facts.ts";
import type { Happening, Workbench } from "./workbench.ts";

export interface DevServer {
  /** `http://localhost:<port>/` */
  readonly url: string;
  /** To everybody who looks at the log. */
  tell(happening: Happening): void;
  close(): Promise<void>;
}
export interface DevState {
  readonly bundle: OpenedBundle;
  /** What the last build said. */
  readonly build: string;
}

const PAGE = path.join(import.meta.dirname, "page");
const PAGE_FILES: Readonly<Record<string, readonly [string, string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page/page.css": ["page.css", "text/css; charset=utf-8"],
  "/page/page.js": ["page.js", "text/javascript; charset=utf-8"],
};
const MAX_BODY_BYTES = 1_048_576;
const MAX_KEPT = 200;

/**
 * The page of `rbsm dev`, for this machine only: it listens on the loopback address, answers no other host name (a foreign
 * page could have one point here) and takes orders only with a header that no foreign page can send.
 */
export async function startDevServer(port: number, workbench: Workbench, state: () => DevState): Promise<DevServer> {
  const listeners = new Set<ServerResponse>();
  const kept: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) send(response, 500, "text/plain", "failed");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const hosts = new Set([`localhost:${taken}`, `127.0.0.1:${taken}`]);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hosts.has(request.headers.host ?? "")) return send(response, 403, "text/plain", "another host");
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST" && pathname === "/run") return run(request, response);
    if (request.method === "POST" && pathname === "/settings") return setFacts(request, response);
    if (pathname.startsWith("/view/") && (request.method === "GET" || request.method === "POST"))
      return sendView(request, response, pathname.slice("/view/".length));
    if (request.method !== "GET") return send(response, 405, "text/plain", "GET only");
    if (pathname === "/log") return listen(response);
    if (pathname === "/state") return send(response, 200, "application/json", JSON.stringify(show()));
    if (pathname.startsWith("/ui/")) return sendUi(response, pathname.slice(1));
    if (pathname === "/page/bridge.js")
      return send(response, 200, "text/javascript; charset=utf-8", await bridgeScript());
    if (pathname === "/page/view.css") return send(response, 200, "text/css; charset=utf-8", VIEW_STYLE);
    const file = Object.hasOwn(PAGE_FILES, pathname) ? PAGE_FILES[pathname] : undefined;
    if (!file) return send(response, 404, "text/plain", "not here");
    send(response, 200, file[1], await readFile(path.join(PAGE, file[0])), {
      "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
    });
  }

  async function run(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers["x-rbsm"] !== "dev") return send(response, 403, "text/plain", "header x-rbsm is missing");
    const wanted = WANTED.safeParse(parseOrNull(await readBody(request)));
    const call = wanted.success ? callOf(wanted.data, workbench.emulator, Date.now()) : null;
    if (!call) return send(response, 400, "text/plain", "no such call");
    send(response, 200, "application/json", JSON.stringify(await workbench.run(call)));
  }

  /** What an admin would set, from now on; a secret that is not sent stays as it is. */
  async function setFacts(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers["x-rbsm"] !== "dev") return send(response, 403, "text/plain", "header x-rbsm is missing");
    const facts = FACTS.safeParse(parseOrNull(await readBody(request)));
    if (!facts.success) return send(response, 400, "text/plain", "no settings");
    const { settings = {}, secrets = {} } = facts.data;
    const fault = workbench.setFacts({ settings, secrets: { ...workbench.facts().secrets, ...secrets } });
    send(response, fault === null ? 200 : 422, "text/plain", fault ?? "saved");
  }

  /** A view of blocks. Its forms post to where they came from, so another site's form is known by its origin. */
  async function sendView(request: IncomingMessage, response: ServerResponse, slot: string): Promise<void> {
    const isPost = request.method === "POST";
    if (isPost && !hosts.has((request.headers.origin ?? "").replace(/^http:\/\//, "")))
      return send(response, 403, "text/plain", "another origin");
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const wish = isPost
      ? readPostedForm(await readBody(request))
      : { route: readViewRoute(searchParams.get(ROUTE_FIELD)), action: null };
    if (wish === null) return send(response, 400, "text/plain", "no form of a view");
    const run = (method: string, at: string, body: Json) => workbench.run(routeCall(method, at, body));
    const html = await devViewPage(state().bundle.manifest, slot, wish, run);
    if (html === null) return send(response, 404, "text/plain", "no view of blocks");
    send(response, 200, "text/html; charset=utf-8", html, {
      "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'self'",
    });
  }

  function listen(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`: ok\n\n${kept.join("")}`);
    listeners.add(response);
    response.on("close", () => listeners.delete(response));
  }

  function show() {
    const { bundle, build } = state();
    const { manifest } = bundle;
    return {
      name: manifest.name,
      version: manifest.version,
      build,
      built: bundle.sha256,
      events: manifest.events.map(({ on }) => on),
      routes: manifest.routes.map(({ method, path: at }) => ({ method, path: at })),
      schedules: manifest.schedules.map(({ id }) => id),
      hooks: bundle.file("server/main.js") ? HOOKS : [],
      pages: views(manifest).map(({ pointer, view }) => {
        const slot = slotOf(pointer, manifest);
        return {
          title: pointer,
          slot,
          ...(view.file === undefined ? { blocks: `view/${slot}` } : { file: view.file }),
        };
      }),
      settings: showSettings(manifest),
      storage: workbench.storage(),
    };
  }

  function showSettings({ settings }: Manifest) {
    const facts = workbench.facts();
    const kept = Object.keys(facts.secrets ?? {});
    return { fields: settings?.fields ?? [], values: facts.settings ?? {}, secrets: kept };
  }

  /** A page of the plugin: an origin of its own and no network, as in the host. */
  function sendUi(response: ServerResponse, name: string): void {
    const bytes = state().bundle.file(name) ?? encodeUtf8("not in the bundle");
    const own = `http://localhost:${taken}/ui/ http://127.0.0.1:${taken}/ui/`;
    send(response, state().bundle.file(name) ? 200 : 404, mediaTypeOf(name) ?? "text/plain", bytes, {
      "access-control-allow-origin": "*",
      "content-security-policy": `sandbox allow-scripts; default-src 'none'; script-src ${own}; style-src ${own}; img-src ${own} data:; font-src ${own}`,
    });
  }

  return {
    url: `http://localhost:${taken}/`,
    tell(happening) {
      const line = `data: ${JSON.stringify(happening)}\n\n`;
      kept.push(line);
      if (kept.length > MAX_KEPT) kept.shift();
      for (const response of listeners) response.write(line);
    },
    close() {
      for (const response of listeners) response.end();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** `/ui/pages/0/view` → `page.board`. */
function slotOf(pointer: string, { ui }: Manifest): string {
  const [, , group = "", index = ""] = pointer.split("/");
  if (group === "pages") return `page.${ui?.pages?.[Number(index)]?.id ?? ""}`;
  return group === "widgets" ? `widget.${ui?.widgets?.[Number(index)]?.id ?? ""}` : "settings";
}

let bridge: Promise<string> | null = null;

/** The page's side of the bridge, as the SDK has it. */
function bridgeScript(): Promise<string> {
  bridge ??= (async () => {
    const contents = `export { createFrameBridge } from ${JSON.stringify(resolveSdk(`${SDK_NAME}/ui`))};`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    return outputFiles[0]?.text ?? "";
  })();
  return bridge;
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const always = { "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };
  response.writeHead(status, { ...always, "content-type": type, ...headers });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return "";
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
