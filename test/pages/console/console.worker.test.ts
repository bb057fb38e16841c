import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, instanceBearer, ORIGIN } from "../../api/account/calls.worker.ts";
import { type Installed, installPlugin, postEvent, type Registered } from "../../api/execution/installed.worker.ts";
import { HOST_API_KEY } from "../../outside/host-key.ts";
import { onRequest } from "../../sandbox/job.ts";
import { makePeople, NOW, people, prove, signIn, submit, visit } from "../people.worker.ts";

let anna: string;
let ben: string;
let office: Registered;
let installed: Installed;

const FORM = {
  name: "Office",
  url: "http://127.0.0.1:9999",
  appVersion: "0.1.0",
  webhookUrl: "",
  apiUrl: "",
  hostApiKey: HOST_API_KEY,
  mode: "push",
};

const SETTINGS = {
  version: 1,
  fields: [
    { key: "days", type: "integer", label: "Days", min: 1, max: 30, default: 3 },
    { key: "sender", type: "email", label: "Sender", required: true },
    { key: "isLoud", type: "boolean", label: "Loud" },
    { key: "apiKey", type: "secret", label: "Key of the service" },
  ],
};

/** Registers through the form and reads the keys off the page that shows them once. */
async function register(cookie: string, name: string): Promise<Registered> {
  const page = await (await submit("/console/instances/new", { ...FORM, name }, cookie)).text();
  const line = (variable: string) => new RegExp(`${variable}=(\\S+)`).exec(page)?.[1] ?? "";
  const apiKey = line("MARKETPLACE_API_KEY");
  const apiSecret = line("MARKETPLACE_API_SECRET");
  expect(line("MARKETPLACE_API_URL")).toBe(`${ORIGIN}/v1`);
  expect(line("MARKETPLACE_WEBHOOK_SECRET")).toMatch(/^whs_/);
  const instanceId = /\/console\/instances\/(\d+)/.exec(page)?.[1] ?? "";
  return { accountToken: "", instanceId, apiSecret, bearer: () => instanceBearer(apiKey, apiSecret) };
}

beforeAll(async () => {
  await makePeople();
  anna = await signIn(people.anna);
  ben = await signIn(people.ben);
  office = await register(anna, "Office");
  installed = await installPlugin({
    instance: office,
    module: onRequest(`context.log.info("heard of it")`),
    manifest: { settings: SETTINGS },
  });
  await giveKey(installed.licenseId);
});

/** Every license has one; the rows that others write here do without. */
function giveKey(licenseId: number): Promise<unknown> {
  return env.DB.prepare(
    "INSERT INTO license_keys (key_hash, license_id, kind, pepper_v, hint, state) VALUES (?, ?, 'live', 1, 'ABCD', 'current')",
  )
    .bind(`hash-${licenseId}`, licenseId)
    .run();
}

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = new TextDecoder().decode(await (await visit(path, anna)).arrayBuffer());
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the console belongs to one person", () => {
  const pages = () => [
    `/console/instances/${office.instanceId}`,
    `/console/instances/${office.instanceId}/edit`,
    `/console/instances/${office.instanceId}/rotate`,
    `/console/plugins/${installed.activationId}`,
    `/console/plugins/${installed.activationId}/settings`,
    `/console/plugins/${installed.activationId}/confirm/uninstall`,
    `/console/plugins/${installed.activationId}/data.json`,
    `/console/install/complete/${installed.activationId}`,
    `/console/install/complete/${installed.activationId}/progress`,
    `/console/licenses/${installed.licenseId}`,
    `/console/licenses/${installed.licenseId}/key`,
    `/console/licenses/${installed.licenseId}/transfer`,
    `/console/licenses/${installed.licenseId}/events.jsonl`,
  ];
  const acts = () =>
    [
      ...["check", "edit", "replay"].map((act) => [`/console/instances/${office.instanceId}/${act}`, FORM] as const),
      ...[
        "deactivate",
        "activate",
        "suspend",
        "resume",
        "erase",
        "renew",
        "replay",
        "uninstall",
        "settings",
        "update",
      ].map((act) => [`/console/plugins/${installed.activationId}/${act}`, {}] as const),
      [`/console/plugins/${installed.activationId}/secret`, { key: "apiKey", "set-apiKey": "x" }] as const,
      ...["evict", "order", "offline"].map(
        (act) =>
          [`/console/licenses/${installed.licenseId}/${act}`, { seat: installed.activationId, tier: "basic" }] as const,
      ),
    ] as const;

  it("shows them everything of theirs", async () => {
    for (const path of pages()) expect([path, (await visit(path, anna)).status]).toEqual([path, 200]);
    for (const list of [
      "instances",
      "instances/new",
      "plugins",
      "licenses",
      "orders",
      "notifications",
      "activity",
      "activity/audit.jsonl",
    ])
      expect([list, (await visit(`/console/${list}`, anna)).status]).toEqual([list, 200]);
  });

  it("does not exist for others, in nothing that can be seen or done", async () => {
    for (const path of pages()) expect([path, (await visit(path, ben)).status]).toEqual([path, 404]);
    for (const [path, fields] of acts()) expect([path, (await submit(path, fields, ben)).status]).toEqual([path, 404]);
    const proven = await prove(await signIn(people.ben));
    for (const path of [
      `/console/instances/${office.instanceId}/rotate`,
      `/console/licenses/${installed.licenseId}/key`,
      `/console/licenses/${installed.licenseId}/transfer`,
    ])
      expect([path, (await submit(path, { instance: "1", user: "1" }, proven)).status]).toEqual([path, 404]);
    for (const list of ["instances", "plugins", "licenses", "orders", "activity"])
      expect(await (await visit(`/console/${list}`, ben)).text()).not.toContain("Office");
  });

  it("leads a visitor to the sign-in page and back", async () => {
    const answer = await visit("/console/plugins");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fconsole%2Fplugins"]);
  });

  it("takes no form from another page", async () => {
    for (const [path, fields] of acts()) {
      const foreign = await submit(path, fields, anna, {
        origin: "https://evil.example",
        "sec-fetch-site": "cross-site",
      });
      expect([path, foreign.status]).toEqual([path, 403]);
    }
  });

  it("is kept by nobody and runs no script", async () => {
    const page = await visit(`/console/instances/${office.instanceId}`, anna);
    expect(page.headers.get("cache-control")).toBe("private, no-store");
    const text = await page.text();
    expect(text).not.toContain("<script");
    expect(text).toContain("<h1");
  });

  it("is shared with owners and maintainers of the instance's organization, executions and all", async () => {
    await submit("/account/organizations", { handle: "office", display: "Office" }, anna);
    const share = await submit(
      `/console/instances/${office.instanceId}/edit`,
      { ...FORM, webhookUrl: `${FORM.url}/hook`, apiUrl: `${FORM.url}/api`, organization: "office" },
      anna,
    );
    expect(share.status).toBe(303);
    const join = (role: string) =>
      env.DB.prepare(
        `INSERT INTO publisher_members SELECT id, ?, ?, 1 FROM publishers WHERE handle = 'office'
         ON CONFLICT DO UPDATE SET role = excluded.role`,
      )
        .bind(Number(people.ben), role)
        .run();
    await join("developer");
    expect((await visit(`/console/plugins/${installed.activationId}`, ben)).status).toBe(404);
    await join("maintainer");
    expect((await visit(`/console/plugins/${installed.activationId}/settings`, ben)).status).toBe(200);
    await env.DB.prepare("DELETE FROM publisher_members WHERE account_id = ?").bind(Number(people.ben)).run();
    expect((await visit(`/console/plugins/${installed.activationId}`, ben)).status).toBe(404);
  });
});

describe("an instance", () => {
  it("is not registered with what no server has, and says which field is wrong", async () => {
    const wrong = await submit("/console/instances/new", { ...FORM, name: "", appVersion: "new" }, anna);
    expect(wrong.status).toBe(422);
    const text = await wrong.text();
    expect(text).toContain('href="#name"');
    expect(text).toContain('href="#appVersion"');
    expect(text).toContain("autofocus");
    const private_ = await submit("/console/instances/new", { ...FORM, url: "https://192.168.0.1" }, anna);
    expect([private_.status, await private_.text()]).toEqual([422, expect.stringContaining("private address")]);
    expect(await (await visit("/console/instances/new", anna)).text()).not.toContain(HOST_API_KEY);
  });

  it("is checked by a real call, and says in plain words what came of it", async () => {
    const page = await submit(`/console/instances/${office.instanceId}/check`, {}, anna);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/The instance (answers|did not answer)/);
    const pull = await register(anna, "Cellar");
    await submit(
      `/console/instances/${pull.instanceId}/edit`,
      { ...FORM, name: "Cellar", webhookUrl: FORM.url, apiUrl: FORM.url, mode: "pull" },
      anna,
    );
    expect(await (await submit(`/console/instances/${pull.instanceId}/check`, {}, anna)).text()).toContain(
      "fetches what",
    );
  });

  it("gets new keys from its person at the passkey alone", async () => {
    const yard = await register(anna, "Yard");
    const path = `/console/instances/${yard.instanceId}/rotate`;
    expect((await submit(path, {}, anna)).headers.get("location")).toMatch(/^\/account\/prove/);
    const proven = await prove(await signIn(people.anna));
    expect(await (await submit(path, {}, proven)).text()).toMatch(/MARKETPLACE_API_SECRET=ms_/);
    expect((await call("GET", "/v1/installations", { bearer: await yard.bearer() })).status).toBe(401);
  });
});

describe("an installed plugin", () => {
  const at = (what: string) => `/console/plugins/${installed.activationId}/${what}`;
  const page = async () => (await visit(`/console/plugins/${installed.activationId}`, anna)).text();

  it("shows its runs with outcome and log", async () => {
    await postEvent(office, {
      id: "evt_console_1",
      event: "request.created",
      version: 1,
      occurredAt: "2026-01-01T08:30:00.000Z",
      entity: "request",
      entityId: "1",
      data: { id: 1, name: "Eva", status: "NEW" },
    });
    await expect.poll(page, { timeout: 10_000 }).toContain("heard of it");
    expect(await page()).toContain("Done");
  });

  it("is deactivated, activated, stopped and let go on", async () => {
    expect(await (await visit(at("confirm/suspend"), anna)).text()).toContain("Stop");
    expect((await submit(at("deactivate"), {}, anna)).status).toBe(303);
    expect(await page()).toContain("Deactivated");
    await submit(at("activate"), {}, anna);
    await submit(at("suspend"), { reason: "Too many mails" }, anna);
    expect(await page()).toContain("Too many mails");
    await submit(at("resume"), {}, anna);
    expect(await page()).not.toContain("Too many mails");
  });

  it("is set by the form its manifest describes; every fault is named", async () => {
    const wrong = await submit(at("settings"), { "set-days": "99", "set-sender": "nobody" }, anna);
    expect(wrong.status).toBe(422);
    const text = await wrong.text();
    expect(text).toContain('href="#set-days"');
    expect(text).toContain('href="#set-sender"');
    expect(text).toContain('value="99"');
    const right = { "set-days": "5", "set-sender": "a@firm.at", "set-isLoud": "true" };
    expect((await submit(at("settings"), right, anna)).status).toBe(303);
    const saved = await (await visit(at("settings"), anna)).text();
    expect(saved).toContain('value="5"');
    expect(saved).toContain("a@firm.at");
  });

  it("keeps secrets that nobody reads again", async () => {
    expect((await submit(at("secret"), { key: "days", "set-days": "5" }, anna)).status).toBe(404);
    expect((await submit(at("secret"), { key: "apiKey", "set-apiKey": "" }, anna)).status).toBe(422);
    expect((await submit(at("secret"), { key: "apiKey", "set-apiKey": "top-secret-value" }, anna)).status).toBe(303);
    const shown = await (await visit(at("settings"), anna)).text();
    expect(shown).toContain("Set</span>");
    expect(shown).not.toContain("top-secret-value");
    await submit(at("secret"), { key: "apiKey", drop: "1" }, anna);
    expect(await (await visit(at("settings"), anna)).text()).toContain("Not set");
  });

  it("hands out what it keeps, and forgets it", async () => {
    const data = await visit(at("data.json"), anna);
    expect(await data.json()).toEqual({ installation: installed.activationId, items: [] });
    expect((await submit(at("erase"), {}, anna)).status).toBe(303);
  });

  it("is uninstalled after one question", async () => {
    const other = await installPlugin({ instance: office, module: onRequest("// gone") });
    const path = `/console/plugins/${other.activationId}`;
    expect(await (await visit(`${path}/confirm/uninstall`, anna)).text()).toContain("Uninstall");
    expect((await submit(`${path}/uninstall`, {}, anna)).status).toBe(303);
    expect(await (await visit(path, anna)).text()).toContain("Uninstalled");
    expect((await visit(`${path}/confirm/uninstall`, anna)).status).toBe(404);
  });
});

describe("a license", () => {
  const at = (what: string) => `/console/licenses/${installed.licenseId}/${what}`;

  it("gets a new key and leaves by its person at the passkey alone", async () => {
    const weak = await signIn(people.anna);
    for (const act of ["key", "transfer"])
      expect((await submit(at(act), { instance: "1", user: "1" }, weak)).headers.get("location")).toMatch(
        /^\/account\/prove/,
      );
    const proven = await prove(await signIn(people.anna));
    const wrong = await submit(at("transfer"), { instance: "x", user: "1" }, proven);
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('href="#instance"')]);
    const home = await register(anna, "Home");
    expect((await submit(at("transfer"), { instance: home.instanceId, user: "1" }, proven)).status).toBe(303);
    expect(await (await visit("/console/licenses", anna)).text()).toContain("Offered to you");
  });

  it("takes a seat away and writes it down", async () => {
    const other = await installPlugin({ instance: office, module: onRequest("// evicted") });
    await giveKey(other.licenseId);
    const path = `/console/licenses/${other.licenseId}`;
    expect((await submit(`${path}/evict`, { seat: installed.activationId }, anna)).status).toBe(404);
    expect((await submit(`${path}/evict`, { seat: other.activationId }, anna)).status).toBe(303);
    const lines = await linesOf(`${path}/events.jsonl`);
    expect(lines.map(({ kind }) => kind)).toContain("activation.evicted");
  });
});

describe("the trail", () => {
  it("says who changed what, as a page and as lines", async () => {
    const actions = (await linesOf("/console/activity/audit.jsonl")).map(({ action }) => action);
    for (const action of ["instance.registered", "installation.settings", "installation.secret_set"])
      expect(actions).toContain(action);
    expect(await (await visit("/console/activity", anna)).text()).toContain("Settings changed");
  });

  it("sends a notice again for the instance's person alone", async () => {
    const { meta } = await env.DB.prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, state, not_before, created_at)
       VALUES (?, 'plugin.downloaded', 'other', 'dead', 1, ?)`,
    )
      .bind(Number(office.instanceId), NOW())
      .run();
    const path = `/console/instances/${office.instanceId}/replay`;
    expect((await submit(path, { delivery: String(meta.last_row_id) }, ben)).status).toBe(404);
    expect((await submit(path, { delivery: "nothing" }, anna)).status).toBe(404);
    expect((await submit(path, { delivery: String(meta.last_row_id) }, anna)).status).toBe(303);
  });
});

describe("what needs the admin", () => {
  it("stands on one page, in the language of the browser, and goes away by itself", async () => {
    const read = async () => (await visit("/console/notifications", anna)).text();
    await env.DB.prepare("UPDATE licenses SET expires_at = ? WHERE id = ?")
      .bind(NOW() + 86_400, installed.licenseId)
      .run();
    expect(await read()).toContain("ends soon");
    const german = await (await visit("/console/notifications", anna, { "accept-language": "de" })).text();
    expect(german).toContain("endet bald");
    await env.DB.prepare("UPDATE licenses SET expires_at = NULL WHERE id = ?").bind(installed.licenseId).run();
    expect(await read()).not.toContain("ends soon");
    expect(await (await visit("/console/notifications", ben)).text()).toContain("Nothing needs you");
  });

  it("sees how far an installation is, and hears of it while it goes on", async () => {
    const path = `/console/install/complete/${installed.activationId}`;
    expect(await (await visit(path, anna)).text()).toContain("The license gave a seat");
    const stream = await visit(`${path}/progress`, anna);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    const reader = stream.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first).toMatch(/^event: progress\ndata: \{"seat":"/);
    await reader?.cancel();
  });
});
