import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { ROLES, type Role } from "../../../src/domain/account/publisher.ts";
import { call } from "../../api/account/calls.worker.ts";
import { makePublisher, makeRelease, type Publisher, publish } from "../../api/publish/market.worker.ts";
import { NOW, OWN, prove, submit, visit } from "../people.worker.ts";
import { openDesk, seatAs, sendUpload } from "./seats.worker.ts";

let acme: Publisher;
let pluginId: string;
let releaseId: string;
let reviewId: string;
const seats = new Map<Role | "stranger", string>();

beforeAll(async () => {
  acme = await makePublisher("acme");
  await openDesk();
  const manifest = {
    displayName: "Notes by roles",
    pricing: {
      currency: "EUR",
      tiers: [
        { id: "free", price: 0, interval: "none", features: ["All"], limits: NO_LIMITS },
        { id: "basic", price: 900, interval: "month", features: ["All"], limits: NO_LIMITS },
      ],
    },
  };
  ({ pluginId, releaseId } = await publish(acme, await makeRelease(acme, "role-notes", { manifest })));
  for (const role of ROLES) seats.set(role, await prove((await seatAs(acme, role, `${role}-person`)).cookie));
  seats.set("stranger", await prove((await seatAs(acme, null, "A-stranger")).cookie));
  reviewId = await writeReview();
});
const NO_LIMITS = { installs: null, apiCalls: null, storageMiB: null, users: null };

/** As an instance writes it that has had the plugin for a day. */
async function writeReview(): Promise<string> {
  const { cookie } = await seatAs(acme, null, "An-admin");
  const made = await call("POST", "/v1/instances/register", {
    headers: { cookie, ...OWN },
    body: {
      name: "Office",
      url: "https://office.example.com",
      appVersion: "0.1.0",
      webhookUrl: "https://office.example.com/h",
    },
  });
  const row = await env.DB.prepare(
    `INSERT INTO reviews (plugin_id, instance_id, user_id, user_name, rating, title, comment, created_at, updated_at)
     VALUES (?, ?, '1', 'Resi', 2, 'Slow', 'It takes its time.', ?, ?) RETURNING id`,
  )
    .bind(Number(pluginId), Number(made.body.instanceId), NOW(), NOW())
    .first<{ id: number }>();
  return String(row?.id);
}

const EVERYBODY = ROLES;
const PUBLISHING = ["owner", "maintainer"] as const;
const EDITING = [...PUBLISHING, "developer"] as const;

interface Row {
  readonly what: string;
  readonly by: readonly Role[];
  readonly attempt: (cookie: string) => Promise<{ readonly status: number }>;
  /** What strangers get: elsewhere the organization does not exist for them. */
  readonly stranger?: number;
}

const page = (path: string) => (cookie: string) => visit(`/publish/acme${path}`, cookie);
const form =
  (path: string, fields: Record<string, string> = {}) =>
  (cookie: string) =>
    submit(`/publish/acme${path}`, fields, cookie);
const api = (method: string, path: () => string, body?: unknown) => (cookie: string) =>
  call(method, path(), { headers: { cookie, ...OWN }, ...(body === undefined ? {} : { body }) });
const LISTING = "/plugins/role-notes";

/** The table of an organization's rights: whoever is not named is refused, whatever else would stand in the way. */
const TABLE: readonly Row[] = [
  {
    what: "members",
    by: ["owner"],
    attempt: (cookie) => submit("/account/organizations/acme/invite", { email: "x@firm.at", role: "analyst" }, cookie),
    stranger: 404,
  },
  {
    what: "transfer",
    by: ["owner"],
    attempt: api("POST", () => `/v1/plugins/${pluginId}/transfer`, { to: "nobody-there" }),
  },
  { what: "keys: add", by: ["owner"], attempt: page("/keys/add") },
  { what: "keys: join", by: ["owner"], attempt: form("/keys/add", { publicKey: "0".repeat(64) }) },
  { what: "keys: end", by: ["owner"], attempt: form("/keys/end", { keyId: "0".repeat(64) }) },
  { what: "keys: hand in", by: ["owner"], attempt: form("/keys/papers") },
  {
    what: "delete the plugin",
    by: ["owner"],
    attempt: form(`${LISTING}/edit/danger`, { act: "delist", confirm: "another" }),
  },
  {
    what: "approve",
    by: PUBLISHING,
    attempt: (cookie) => submit(`/publish/acme/releases/${releaseId}/approve`, {}, cookie),
  },
  { what: "sign", by: PUBLISHING, attempt: (cookie) => submit(`/publish/acme/releases/${releaseId}/sign`, {}, cookie) },
  {
    what: "appeal",
    by: PUBLISHING,
    attempt: (cookie) =>
      submit(`/publish/acme/releases/${releaseId}/appeal`, { appeal: "It is not wrong at all." }, cookie),
  },
  {
    what: "withdraw",
    by: PUBLISHING,
    attempt: (cookie) => submit(`/publish/acme/releases/${releaseId}/withdraw`, {}, cookie),
  },
  {
    what: "yank",
    by: PUBLISHING,
    attempt: (cookie) => submit(`/publish/acme/releases/${releaseId}/yank`, { reason: "x" }, cookie),
  },
  {
    what: "deprecate",
    by: PUBLISHING,
    attempt: (cookie) => submit(`/publish/acme/releases/${releaseId}/deprecate`, { reason: "x" }, cookie),
  },
  {
    what: "rollout",
    by: PUBLISHING,
    attempt: api("PATCH", () => `/v1/plugins/${pluginId}/versions/1.0.0/rollout`, { state: "active" }),
    stranger: 403,
  },
  {
    what: "off the shelves",
    by: PUBLISHING,
    attempt: form(`${LISTING}/edit/danger`, { act: "suspend", reason: "short" }),
  },
  { what: "webhooks", by: PUBLISHING, attempt: page("/webhooks") },
  { what: "webhooks: add", by: PUBLISHING, attempt: form("/webhooks", { url: "http://10.0.0.1" }) },
  { what: "look at the upload form", by: EDITING, attempt: page("/upload") },
  { what: "stage", by: EDITING, attempt: (cookie) => sendUpload("acme", cookie, { act: "check" }) },
  { what: "edit the listing", by: EDITING, attempt: form(`${LISTING}/edit`, { displayName: "x" }) },
  { what: "edit the description", by: EDITING, attempt: form(`${LISTING}/edit/description`, { description: "x" }) },
  { what: "edit the pictures", by: EDITING, attempt: form(`${LISTING}/edit/pictures`, { icon: "" }) },
  {
    what: "edit by the API",
    by: EDITING,
    attempt: api("PUT", () => `/v1/plugins/${pluginId}`, { displayName: "x" }),
    stranger: 403,
  },
  {
    what: "reply to reviews",
    by: EDITING,
    attempt: (cookie) => submit(`/publish/acme/reviews?plugin=role-notes`, { review: reviewId, text: "x" }, cookie),
  },
  { what: "statistics", by: ["owner", "maintainer", "analyst", "billing"], attempt: page("/analytics") },
  {
    what: "statistics as a file",
    by: ["owner", "maintainer", "analyst", "billing"],
    attempt: page("/analytics/series.csv?by=version"),
  },
  { what: "licenses", by: ["owner", "maintainer", "billing"], attempt: page("/licenses") },
  { what: "licenses: issue", by: ["owner", "maintainer", "billing"], attempt: form("/licenses/new", {}) },
  { what: "prices", by: ["owner", "billing"], attempt: form(`${LISTING}/edit/prices`, { "price-basic": "-1" }) },
  {
    what: "prices by the API",
    by: ["owner"],
    attempt: api("PUT", () => `/v1/plugins/${pluginId}`, { pricing: { gold: 3 }, displayName: "x" }),
    stranger: 403,
  },
  { what: "orders and payouts", by: ["owner", "billing"], attempt: page("/sales") },
  { what: "coupons", by: ["owner", "billing"], attempt: form("/coupons", { code: "x" }) },
  { what: "how one is paid", by: ["owner", "billing"], attempt: form("/seller", {}) },
  { what: "the overview", by: EVERYBODY, attempt: page("") },
  { what: "the plugins", by: EVERYBODY, attempt: page("/plugins") },
  { what: "a plugin", by: EVERYBODY, attempt: page(LISTING) },
  { what: "its preview", by: EVERYBODY, attempt: page(`${LISTING}/preview`) },
  { what: "its permissions", by: EVERYBODY, attempt: page(`${LISTING}/edit/permissions`) },
  { what: "a release", by: EVERYBODY, attempt: (cookie) => visit(`/publish/acme/releases/${releaseId}`, cookie) },
  { what: "the reviews", by: EVERYBODY, attempt: page("/reviews") },
  { what: "the keys", by: EVERYBODY, attempt: page("/keys") },
];

describe("rights of roles", () => {
  it.each(TABLE)("$what", async ({ by, attempt, stranger = 404 }) => {
    for (const role of ROLES) {
      const { status } = await attempt(seats.get(role) ?? "");
      const isRefused = status === 403;
      expect([role, isRefused ? "refused" : "allowed", status]).toEqual([
        role,
        by.includes(role) ? "allowed" : "refused",
        status,
      ]);
      expect(status).toBeLessThan(500);
    }
    expect((await attempt(seats.get("stranger") ?? "")).status).toBe(stranger);
  });

  it("keeps revenue from those who only read statistics", async () => {
    const read = async (role: Role) => (await visit("/publish/acme/analytics", seats.get(role))).text();
    expect(await read("billing")).toContain("Revenue");
    expect(await read("analyst")).not.toContain("Revenue");
    const file = await visit("/publish/acme/analytics/series.csv", seats.get("maintainer"));
    expect((await file.text()).split("\r\n")[0]).not.toContain("revenue");
  });
});
