import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { call } from "../account/calls.worker.ts";
import { type Installed, installPlugin, type Registered, registeredInstance } from "./installed.worker.ts";

const ORIGIN = "http://localhost:8787";
const USER = { id: "7", name: "Eva", permissions: ["requests.view"] };
const MODULE = `
  const blocks = (...list) => ({ body: { blocks: list } });
  export default { routes: {
    "GET /home": async (context, request) => {
      if (request.query.do === "script") return blocks({ type: "html", html: "<script>alert(1)</script>" });
      if (request.query.do === "link") return blocks({ type: "link", text: "x", href: "javascript:alert(1)" });
      if (request.query.do === "huge") return blocks(...Array.from({ length: 500 }, () => ({ type: "text", text: "x" })));
      return blocks(
        { type: "heading", text: "Hello <b>" + request.user.name + "</b>" },
        { type: "text", text: "slot " + request.query.slot + " entity " + (request.query.entityId ?? "none") },
        { type: "form", action: { method: "POST", path: "/notes" }, fields: [{ name: "note", label: "Note" }] },
      );
    },
    "POST /notes": async (context, request) => request.body.note === ""
      ? { status: 422, body: { message: "A note <needs> text" } }
      : { body: { message: "Kept " + request.body.note } },
    "POST /blocks": async () => blocks({ type: "alert", text: "done instead" }),
    "GET /secret": async () => ({ body: "for few" }),
    "GET /open": async () => ({ body: "for all" }),
  } };`;
const ROUTES = [
  { method: "GET", path: "/home", access: "session" },
  { method: "POST", path: "/notes", access: "session" },
  { method: "POST", path: "/blocks", access: "session" },
  { method: "GET", path: "/secret", access: "session", hostPermission: "settings.view" },
  { method: "GET", path: "/open", access: "public" },
];
const UI = {
  pages: [
    { id: "home", title: "Home", view: { route: "/home" } },
    { id: "closed", title: "Closed", view: { route: "/home" }, hostPermission: "settings.view" },
  ],
  widgets: [{ id: "board", title: "Board", view: { file: "ui/board.html" }, size: "large", refreshSeconds: 300 }],
};

let instance: Registered;
let stranger: Registered;
let installed: Installed;
beforeAll(async () => {
  [instance, stranger] = [await registeredInstance(), await registeredInstance()];
  installed = await installPlugin({ instance, module: MODULE, routes: ROUTES, type: "mixed", manifest: { ui: UI } });
});

const own = async (who = instance) => ({ bearer: await who.bearer() });
async function ticketFor(slot: string, over: object = {}) {
  const body = { slot, user: USER, ...over };
  return call("POST", `/v1/installations/${installed.installationId}/ui-tickets`, { ...(await own()), body });
}
async function fragment(slot: string, over: object = {}, who = instance): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}/v1/installations/${installed.installationId}/ui/${slot}`, {
    method: "POST",
    headers: { authorization: `Bearer ${await who.bearer()}`, "content-type": "application/json" },
    body: JSON.stringify({ user: USER, ...over }),
  });
}
const visit = (path: string, init: RequestInit = {}) => exports.default.fetch(`${ORIGIN}${path}`, init);
const submit = (path: string, form: Record<string, string>) =>
  visit(path, { method: "POST", body: new URLSearchParams(form) });

it("renders blocks of a real run as a fragment in which every text is text", async () => {
  const answer = await fragment("page.home", { entityId: "42" });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  const html = await answer.text();
  expect(html).toContain("Hello &lt;b&gt;Eva&lt;/b&gt;");
  expect(html).toContain("slot page.home entity 42");
  expect(html).toContain('name="rbsm-action" value="POST /notes"');
});

it("runs what a form of the fragment sent and shows its answer above the view", async () => {
  const kept = await (await fragment("page.home", { action: "POST /notes", values: { note: "milk" } })).text();
  expect(kept).toContain("Kept milk");
  expect(kept).toContain("Hello");
  const refused = await (await fragment("page.home", { action: "POST /notes", values: { note: "" } })).text();
  expect(refused).toContain("A note &lt;needs&gt; text");
  expect(await (await fragment("page.home", { action: "POST /blocks" })).text()).not.toContain("Hello");
});

it.each(["script", "link", "huge"])("refuses a view with a %s in it", async (what) => {
  const answer = await fragment("page.home", { route: `/home?do=${what}` });
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({ code: "view_invalid" });
});

it("tells strangers that nothing is there, and the instance which slots are not", async () => {
  expect((await fragment("page.home", {}, stranger)).status).toBe(404);
  expect((await fragment("page.none")).status).toBe(404);
  expect((await fragment("nonsense")).status).toBe(404);
  expect((await fragment("widget.board")).status).toBe(409);
  expect((await fragment("page.closed")).status).toBe(403);
  expect((await fragment("page.home", { route: "/secret" })).status).toBe(403);
  expect((await fragment("page.home", { route: "/open" })).status).toBe(404);
  const body = { slot: "page.home", user: USER };
  const path = `/v1/installations/${installed.installationId}/ui-tickets`;
  expect((await call("POST", path, { ...(await own(stranger)), body })).status).toBe(404);
  expect((await ticketFor("page.closed")).status).toBe(403);
  expect((await ticketFor("page.none")).body.code).toBe("slot_not_found");
});

it("opens a view with a ticket, runs its forms, and shows it on the instance's site only", async () => {
  const { status, body } = await ticketFor("page.home", { theme: { mode: "dark", tokens: { primary: "#ff0000" } } });
  expect(status).toBe(201);
  expect(body).toMatchObject({ view: "blocks", title: "Home" });
  const { pathname } = new URL(body.url as string);
  const page = await visit(pathname);
  expect(page.status).toBe(200);
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("frame-ancestors http://127.0.0.1:9999");
  expect(policy).toContain("default-src 'none'");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  const html = await page.text();
  expect(html).toContain('data-mode="dark"');
  expect(html).toContain("--rbsm-primary:#ff0000;");
  const done = await submit(pathname, { "rbsm-action": "POST /notes", "rbsm-route": "/home", note: "<i>" });
  expect(await done.text()).toContain("Kept &lt;i&gt;");
  expect((await submit(pathname, { "rbsm-action": "GET /home" })).status).toBe(400);
});

it("lets nothing into a theme that is more than a value", async () => {
  const tokens = { primary: "red;}body{display:none", background: "url(https://evil.example)", unknown: "red" };
  const { body } = await ticketFor("page.home", { theme: { tokens } });
  const html = await (await visit(new URL(body.url as string).pathname)).text();
  expect(html).not.toMatch(/evil|display:none|--rbsm-unknown/);
});

it("calls session routes over the bridge in the name of the ticket's user, and no other route", async () => {
  const { body } = await ticketFor("widget.board");
  expect(body).toMatchObject({ view: "frame", refreshSeconds: 300 });
  const { pathname } = new URL(body.url as string);
  const ask = async (message: object) => {
    const answer = await visit(`${pathname}/call`, { method: "POST", body: JSON.stringify(message) });
    return { http: answer.status, ...((await answer.json()) as object) };
  };
  const message = { rbsm: 1, id: "1" };
  expect(await ask({ ...message, method: "POST", path: "/notes", body: { note: "a" } })).toEqual({
    http: 200,
    status: 200,
    body: { message: "Kept a" },
  });
  expect(await ask({ ...message, method: "GET", path: "/secret" })).toMatchObject({ http: 200, status: 403 });
  expect(await ask({ ...message, method: "GET", path: "/open" })).toMatchObject({ http: 200, status: 404 });
  expect(await ask({ ...message, method: "GET", path: "/../x" })).toMatchObject({ http: 200, status: 404 });
  expect(await ask({ ...message, method: "TRACE", path: "/home" })).toMatchObject({ http: 400 });
  expect(await ask({ id: "1", method: "GET", path: "/home" })).toMatchObject({ http: 400 });
});

it("gives the plugin's frame no ticket, and its files an origin of their own without network", async () => {
  const { body } = await ticketFor("widget.board");
  const { pathname } = new URL(body.url as string);
  const page = await visit(pathname);
  const html = await page.text();
  const [, source = ""] = /<iframe [^>]*src="([^"]+)"/.exec(html) ?? [];
  expect(html).toContain('sandbox="allow-scripts"');
  expect(source).toMatch(/^\/ui\/files\/[A-Za-z0-9_-]{43}\/ui\/board\.html$/);
  expect(source).not.toContain((body.ticket as string).slice(4));
  expect(page.headers.get("content-security-policy")).toContain(
    `frame-src ${ORIGIN}${source.replace("board.html", "")}`,
  );
  const key = source.split("/")[3] ?? "";
  expect((await visit(`/ui/uit_${key}`)).status).toBe(404);
  expect((await visit(`/ui/files/${key}/manifest.json`)).status).toBe(404);
  expect((await visit(`/ui/files/${key}/server/main.js`)).status).toBe(404);
  expect((await visit(`/ui/files/${"A".repeat(43)}/ui/board.html`)).status).toBe(404);
});

it("forgets a ticket when it ends, and shows nothing of what was stopped", async () => {
  const { body } = await ticketFor("page.home");
  const { pathname } = new URL(body.url as string);
  const kept = await env.DB.prepare("SELECT ticket_sha256 FROM ui_tickets").all();
  expect(JSON.stringify(kept.results)).not.toContain(body.ticket);
  await env.DB.prepare("UPDATE activations SET paused_at = 1 WHERE id = ?").bind(installed.activationId).run();
  expect((await visit(pathname)).status).toBe(403);
  expect((await ticketFor("page.home")).body.code).toBe("plugin_stopped");
  await env.DB.prepare("UPDATE activations SET paused_at = NULL WHERE id = ?").bind(installed.activationId).run();
  expect((await visit(pathname)).status).toBe(200);
  await env.DB.prepare("UPDATE ui_tickets SET valid_until = unixepoch() - 1").run();
  const gone = await visit(pathname);
  expect(gone.status).toBe(404);
  expect(await gone.text()).toContain('data-code="ui_ticket_not_found"');
  expect((await visit(`${pathname}/call`, { method: "POST", body: "{}" })).status).toBe(404);
  expect((await visit(`/ui/uit_${"a".repeat(43)}`)).status).toBe(404);
});
