import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeBase64, encodeHex, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { call } from "../../api/account/calls.worker.ts";
import {
  decide,
  makePublisher,
  makeRelease,
  type Publisher,
  publish,
  runChecks,
} from "../../api/publish/market.worker.ts";
import { ownPlugin } from "../../bundles.ts";
import { NOW, OWN, prove, signIn, submit, visit } from "../people.worker.ts";
import { openDesk, seatAs, sendUpload } from "./seats.worker.ts";

let acme: Publisher;
let owner: string;
let pluginId: string;
const LISTING = "/publish/acme/plugins/desk-notes";
const NO_LIMITS = { installs: 3, apiCalls: null, storageMiB: null, users: null };

beforeAll(async () => {
  acme = await makePublisher("acme");
  await openDesk();
  owner = await prove(await signIn(acme.accountId));
  const tiers = [
    { id: "free", price: 0, interval: "none", features: ["All"], limits: NO_LIMITS },
    { id: "basic", price: 900, interval: "month", features: ["All"], limits: NO_LIMITS },
  ];
  const manifest = { displayName: "Notes of the desk", pricing: { currency: "EUR", tiers } };
  ({ pluginId } = await publish(acme, await makeRelease(acme, "desk-notes", { manifest })));
});

const textOf = async (answer: Promise<Response> | Response): Promise<string> => (await answer).text();
const unescaped = (text: string) =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
/** What a page asks to be signed elsewhere. */
const hiddenIn = (page: string, name: string) =>
  unescaped(new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "");

describe("the form of a plugin", () => {
  it("changes what it may, names every bad field, and leaves the bundle's own alone", async () => {
    const bad = await submit(`${LISTING}/edit`, { displayName: "x", category: "none", tags: "ok, NOT OK!" }, owner);
    expect(bad.status).toBe(422);
    const page = await textOf(bad);
    for (const field of ["displayName", "category", "tags"]) expect(page).toContain(`href="#${field}"`);
    const good = { displayName: "Desk Notes", category: "reporting", tags: "Notes, desk" };
    expect((await submit(`${LISTING}/edit`, good, owner)).headers.get("location")).toBe(`${LISTING}/edit?saved=1`);
    expect(await textOf(visit(`${LISTING}/edit?saved=1`, owner))).toContain("Saved.");
    const text = { description: "Keeps notes on the desk, and nowhere else at all." };
    expect((await submit(`${LISTING}/edit/description`, text, owner)).status).toBe(303);
    const prices = await submit(`${LISTING}/edit/prices`, { "price-basic": "12,50" }, owner);
    expect(prices.status).toBe(303);
    const { body } = await call("GET", `/v1/plugins/${pluginId}`);
    expect(body).toMatchObject({ displayName: "Desk Notes", category: "reporting", description: text.description });
    expect(body.tags).toEqual(["desk", "notes"]);
    expect(body.pricing).toMatchObject({ basic: 12.5, free: 0 });
    expect(await textOf(visit(`${LISTING}/edit/permissions`, owner))).toContain("requests.read");
    expect((await submit(`${LISTING}/edit/permissions`, {}, owner)).status).toBe(405);
  });

  it("is judged while it is typed, without being changed", async () => {
    const live = { ...OWN, "rbsm-live": "1" };
    const fields = { displayName: "y", category: "reporting", tags: "" };
    const judged = await submit(`${LISTING}/edit`, fields, owner, live);
    expect(await judged.json()).toMatchObject({ errors: [{ field: "displayName" }] });
    const fine = await submit(`${LISTING}/edit`, { ...fields, displayName: "Another name" }, owner, live);
    expect(await fine.json()).toEqual({ errors: [] });
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.displayName).toBe("Desk Notes");
  });

  it("shows Markdown as visitors would see it, and keeps scripts out", async () => {
    const readme = "# Hello\n\n<script>alert(1)</script>\n\n**bold**";
    const page = await textOf(submit(`${LISTING}/edit/description`, { readme, act: "preview" }, owner));
    expect(page).toContain("<strong>bold</strong>");
    expect(page).not.toContain("<script>alert");
    expect(await textOf(visit(`${LISTING}/preview`, owner))).toContain("Preview of Desk Notes");
  });

  it("takes a plugin off the shelves and brings it back, and deletes nothing without its name", async () => {
    const off = { act: "suspend", reason: "It loses notes when two people write." };
    expect((await submit(`${LISTING}/edit/danger`, off, owner)).status).toBe(303);
    expect(await textOf(visit(LISTING, owner))).toContain("It loses notes");
    expect((await submit(`${LISTING}/edit/danger`, { act: "resume" }, owner)).status).toBe(303);
    const wrong = await submit(`${LISTING}/edit/danger`, { act: "delist", confirm: "desk" }, owner);
    expect(wrong.status).toBe(422);
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.status).toBe("approved");
  });
});

describe("keys", () => {
  const seed = (first: number) => new Uint8Array(32).fill(0x77).with(0, first);
  const signerOf = (first: number) => {
    const signer = createSigner(pkcs8OfSeed(seed(first)));
    if (signer === null) throw new Error("no signer");
    return signer;
  };
  /** As `openssl pkeyutl -sign -rawin` signs the text that the page shows. */
  const sign = async (payload: string, signer: ReturnType<typeof signerOf>) => {
    const { type } = JSON.parse(payload) as { type: string };
    return encodeBase64(await signer.sign(encodeUtf8(`${type}\n${payload}`)));
  };

  it("join by paste and proof, are ended by another, and never come here themselves", async () => {
    const handed = await submit("/publish/acme/keys/add", { publicKey: "-----BEGIN PRIVATE KEY-----\nabc" }, owner);
    expect(handed.status).toBe(422);
    expect(await textOf(handed)).toContain("this is a private key");
    const second = signerOf(2);
    const publicKey = encodeHex(await second.publicKey());
    const signer = await acme.signer.keyId();
    const page = await textOf(submit("/publish/acme/keys/add", { publicKey, signer }, owner));
    const papers = {
      "proof-payload": hiddenIn(page, "proof-payload"),
      "proof-key": hiddenIn(page, "proof-key"),
      "event-payload": hiddenIn(page, "event-payload"),
      "event-key": hiddenIn(page, "event-key"),
    };
    const forged = await submit(
      "/publish/acme/keys/papers",
      {
        ...papers,
        "proof-signature": await sign(papers["proof-payload"], signerOf(3)),
        "event-signature": await sign(papers["event-payload"], acme.signer),
      },
      owner,
    );
    expect(forged.status).toBe(409);
    const joined = await submit(
      "/publish/acme/keys/papers",
      {
        ...papers,
        "proof-signature": await sign(papers["proof-payload"], second),
        "event-signature": await sign(papers["event-payload"], acme.signer),
      },
      owner,
    );
    expect(joined.headers.get("location")).toBe("/publish/acme/keys");
    expect(await textOf(visit("/publish/acme/keys", owner))).toContain(publicKey);

    const keyId = await second.keyId();
    const end = { keyId, signer, action: "compromise", from: "desk-notes=7\n" };
    expect((await submit("/publish/acme/keys/end", { ...end, from: "nonsense" }, owner)).status).toBe(422);
    const ending = await textOf(submit("/publish/acme/keys/end", end, owner));
    const payload = hiddenIn(ending, "event-payload");
    expect(payload).toContain('"desk-notes":7');
    const ended = await submit(
      "/publish/acme/keys/papers",
      { "event-payload": payload, "event-key": signer, "event-signature": await sign(payload, acme.signer) },
      owner,
    );
    expect(ended.status).toBe(303);
    expect(await textOf(visit("/publish/acme/keys", owner))).toContain("Compromised");
  });

  it("are asked for a passkey first", async () => {
    const unproven = await signIn(acme.accountId);
    expect((await visit("/publish/acme/keys/add", unproven)).headers.get("location")).toContain("/account/prove");
    const sent = await submit("/publish/acme/keys/add", { publicKey: "0".repeat(64) }, unproven);
    expect(sent.headers.get("location")).toContain("/account/prove");
  });

  it("sign a release that came unsigned, over exactly its bytes", async () => {
    const { bytes } = await ownPlugin({ publisher: "acme", name: "unsigned-notes" });
    const path = (await sendUpload("acme", owner, { bundle: bytes })).headers.get("location") ?? "";
    await runChecks(path.split("/").at(-1) ?? "");
    expect(await textOf(visit(path, owner))).toContain("a maintainer of yours");
    const page = await textOf(visit(`${path}/sign`, owner));
    const payload = hiddenIn(page, "statement-payload");
    const fields = { "statement-payload": payload, "statement-key": hiddenIn(page, "statement-key") };
    const tampered = payload.replace('"version":"1.0.0"', '"version":"1.0.1"');
    const wrong = {
      ...fields,
      "statement-payload": tampered,
      "statement-signature": await sign(tampered, acme.signer),
    };
    expect((await submit(`${path}/sign`, wrong, owner)).status).toBe(409);
    const right = { ...fields, "statement-signature": await sign(payload, acme.signer) };
    expect((await submit(`${path}/sign`, right, owner)).headers.get("location")).toBe(path);
    expect(await textOf(visit(path, owner))).not.toContain("a maintainer of yours");
  });
});

describe("a rejection", () => {
  it("is read with its reason, and appealed once", async () => {
    const release = await makeRelease(acme, "appealed-notes");
    const sent = await sendUpload("acme", owner, { bundle: release.bytes, statement: release.statement });
    const path = sent.headers.get("location") ?? "";
    const id = path.split("/").at(-1) ?? "";
    await runChecks(id);
    await decide(id, release.sha256, "reject");
    const page = await textOf(visit(path, owner));
    expect(page).toContain("Looked at it.");
    expect(page).toContain("Hand in the appeal");
    expect((await submit(`${path}/appeal`, { appeal: "short" }, owner)).status).toBe(422);
    const appeal = { appeal: "The reviewer looked at another file than ours." };
    expect((await submit(`${path}/appeal`, appeal, owner)).status).toBe(303);
    expect(await textOf(visit(path, owner))).toContain("Appealed; it is decided by");
    expect((await submit(`${path}/appeal`, appeal, owner)).status).toBe(409);
  });
});

describe("what is sold", () => {
  let instanceId: string;
  beforeAll(async () => {
    const { cookie } = await seatAs(acme, null, "Buyer");
    const url = "https://office.example.com";
    const body = { name: "Office", url, appVersion: "0.1.0", webhookUrl: `${url}/hook` };
    instanceId = (await call("POST", "/v1/instances/register", { headers: { cookie, ...OWN }, body })).body.instanceId;
  });

  it("is licensed by hand, held, ended, and belongs to this publisher alone", async () => {
    const fields = { plugin: pluginId, tier: "basic", instance: "x", user: "1", days: "30", seats: "2" };
    expect((await submit("/publish/acme/licenses/new", fields, owner)).status).toBe(422);
    const made = await textOf(submit("/publish/acme/licenses/new", { ...fields, instance: instanceId }, owner));
    expect(made).toMatch(/rbsm_live_/);
    const list = await textOf(visit("/publish/acme/licenses?state=active", owner));
    const path = /href="(\/publish\/acme\/licenses\/\d+)"/.exec(list)?.[1] ?? "";
    expect(await textOf(visit(path, owner))).toContain("0 of 2 seats");
    expect((await submit(`${path}/suspend`, { "suspend-reason": "" }, owner)).status).toBe(422);
    expect((await submit(`${path}/suspend`, { "suspend-reason": "Not paid." }, owner)).status).toBe(303);
    expect(await textOf(visit(path, owner))).toContain("Suspended");
    expect((await submit(`${path}/reactivate`, {}, owner)).status).toBe(303);
    expect((await submit(`${path}/renew`, { days: "10" }, owner)).status).toBe(303);
    const lines = await (await visit(`${path}/events.jsonl`, owner)).arrayBuffer();
    expect(new TextDecoder().decode(lines)).toContain("license.renewed");
    const rival = await makePublisher("rival");
    const stranger = await signIn(rival.accountId);
    const foreign = path.replace("acme", "rival");
    expect((await visit(foreign, stranger)).status).toBe(404);
    expect((await submit(`${foreign}/revoke`, { "revoke-reason": "Mine now." }, stranger)).status).toBe(404);
    expect((await submit(`${path}/revoke`, { "revoke-reason": "Broke the terms." }, owner)).status).toBe(303);
    expect(await textOf(visit(path, owner))).toContain("Revoked");
  });

  it("is ordered with a coupon, paid by hand, invoiced and given back", async () => {
    const seller = {
      legalName: "Acme GmbH",
      address: "Weg 1\n1010 Wien",
      taxId: "",
      taxNote: "",
      instructions: "IBAN",
    };
    expect((await submit("/publish/acme/seller", { ...seller, legalName: "" }, owner)).status).toBe(422);
    expect((await submit("/publish/acme/seller", seller, owner)).status).toBe(303);
    expect((await submit("/publish/acme/coupons", { code: "HALF", percent: "150" }, owner)).status).toBe(422);
    const coupon = { code: "HALF", percent: "50", plugin: pluginId, until: "2099-12-31" };
    expect((await submit("/publish/acme/coupons", coupon, owner)).status).toBe(303);
    expect((await submit("/publish/acme/coupons", coupon, owner)).status).toBe(409);

    const buyer = await signIn(
      String(
        (await env.DB.prepare("SELECT account_id AS id FROM instances WHERE id = ?").bind(Number(instanceId)).first())
          ?.id,
      ),
    );
    const order = { pluginId, instanceId, userId: "2", type: "basic", coupon: "half", provider: "manual" };
    const opened = await call("POST", "/v1/orders", { headers: { cookie: buyer, ...OWN }, body: order });
    expect(opened.status).toBe(201);
    const price = `€${(opened.body.amount / 100).toFixed(2)}`;
    const base = `/publish/acme/sales/${opened.body.id}`;
    const sales = await textOf(visit("/publish/acme/sales", owner));
    expect(sales).toContain(price);
    expect(await textOf(visit(`${base}/paid`, owner))).toContain(price);
    const paid = await submit(`${base}/paid`, { note: "Statement 7" }, owner);
    expect([paid.status, /role="alert"[\s\S]{0,300}/.exec(await paid.text())?.[0]]).toEqual([303, undefined]);
    expect(await textOf(visit("/publish/acme/sales?state=paid", owner))).toContain("Invoice 1");
    const back = await submit(`${base}/refund`, { note: "Sorry" }, owner);
    expect([back.status, /role="alert"[\s\S]{0,300}/.exec(await back.text())?.[0]]).toEqual([303, undefined]);
    expect(await textOf(visit("/publish/acme/sales", owner))).toContain("Credit note");
    expect((await submit(`${base}/cancel`, {}, owner)).status).toBe(409);
  });
});

describe("what is heard", () => {
  it("is told to a webhook whose secret is shown once, and sent again", async () => {
    const refused = await submit("/publish/acme/webhooks", { url: "https://10.0.0.1/hook" }, owner);
    expect(refused.status).toBe(422);
    const fields: [string, string][] = [
      ["url", "https://hooks.example.com/acme"],
      ["event", "release.staged"],
      ["event", "nonsense"],
    ];
    const made = await textOf(submit("/publish/acme/webhooks", fields, owner));
    expect(made).toMatch(/whs_[0-9A-Za-z]{43}/);
    const path = /href="(\/publish\/acme\/webhooks\/\d+)"/.exec(made)?.[1] ?? "";
    const release = await makeRelease(acme, "hooked-notes");
    await sendUpload("acme", owner, { bundle: release.bytes, statement: release.statement });
    await expect.poll(() => textOf(visit(path, owner)), { timeout: 20_000 }).toContain("1. release.staged");
    expect((await submit(`${path}/replay`, { from: "1" }, owner)).status).toBe(303);
    expect((await submit(`${path}/replay`, {}, owner)).status).toBe(422);
    expect(await textOf(submit(`${path}/rotate`, {}, owner))).toMatch(/whs_/);
    expect((await submit(`${path}/remove`, {}, owner)).headers.get("location")).toBe("/publish/acme/webhooks");
    expect((await visit(path, owner)).status).toBe(404);
  });

  it("is answered once, in reviews", async () => {
    const instance = await env.DB.prepare("SELECT MIN(id) AS id FROM instances").first<{ id: number }>();
    const row = await env.DB.prepare(
      `INSERT INTO reviews (plugin_id, instance_id, user_id, user_name, rating, title, comment, created_at, updated_at)
       VALUES (?, ?, '1', 'Resi', 2, 'Slow', 'It takes its time.', ?, ?) RETURNING id`,
    )
      .bind(Number(pluginId), instance?.id ?? 0, NOW(), NOW())
      .first<{ id: number }>();
    const path = "/publish/acme/reviews?plugin=desk-notes";
    expect(await textOf(visit(path, owner))).toContain("It takes its time.");
    const review = String(row?.id);
    expect((await submit(path, { review, text: "" }, owner)).status).toBe(422);
    expect((await submit(path, { review: "999999", text: "Sorry!" }, owner)).status).toBe(404);
    expect((await submit(path, { review, text: "Version 2 is faster." }, owner)).status).toBe(303);
    expect((await submit(path, { review, text: "Once more." }, owner)).status).toBe(409);
    expect(await textOf(visit(path, owner))).toContain("Version 2 is faster.");
  });

  it("is counted by day, drawn, and handed out as a file", async () => {
    const page = await textOf(visit("/publish/acme/analytics?from=2026-01-01&to=2026-01-31", owner));
    expect(page).toContain("2026-01-31");
    const file = await visit("/publish/acme/analytics/series.csv?from=2026-01-01&to=2026-01-03", owner);
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect((await file.text()).trim().split("\r\n")).toHaveLength(4);
    expect((await visit("/publish/acme/analytics?from=2020-01-01&to=2026-01-01", owner)).status).toBe(422);
  });
});
