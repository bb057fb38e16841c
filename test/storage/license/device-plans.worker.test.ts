import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { InstallationFacts } from "../../../src/market/license/ports.ts";
import { licenseDevicesOnD1 } from "../../../src/storage/license/devices.ts";
import { createRevocationWatch } from "../../../src/storage/license/revocation-watch.ts";
import { createLicenseStore } from "../../../src/storage/license/store.ts";
import { makeStand } from "../../scenarios/seats.worker.ts";

const statements = new Set<string>();

/** The real database, and a list of what was asked of it. */
const db = new Proxy(env.DB, {
  get(target, name) {
    if (name === "prepare")
      return (sql: string) => {
        statements.add(sql);
        return target.prepare(sql);
      };
    const value: unknown = Reflect.get(target, name);
    return typeof value === "function" ? value.bind(target) : value;
  },
});

beforeAll(async () => {
  const stand = await makeStand();
  const { body } = await stand.activate(1, { components: ["a"] });
  const [store, devices] = [createLicenseStore(db, { now: () => Date.now() }), licenseDevicesOnD1(db)];
  const now = Math.floor(Date.now() / 1000);
  const actor = { kind: "instance", id: stand.instance.id } as const;
  const op = () => crypto.randomUUID();
  const facts = (await store.installation({ activationId: body.activationId })) as InstallationFacts;
  const { activation, license } = facts;
  await store.installation({ instanceId: stand.instance.id, installationId: activation.installationId });
  const order = {
    license,
    activationId: activation.id,
    installationId: activation.installationId,
    deviceId: activation.deviceId,
    deviceJkt: "b".repeat(43),
    sealKey: null,
    hardwareId: activation.hardwareId,
    environment: "production",
    origin: null,
    label: null,
    appVersion: null,
    version: "1.0.0",
    jti: "lse_2",
    leaseUntil: now + 9,
    isEntitledByFallback: false,
    trialHardwareHash: "t",
    consent: { permissions: [], declined: [], closureDigest: "d" },
    idempotency: { scope: "s", key: "kkkkkkkk", requestHash: "h" },
    components: null,
    seatUser: "1",
    proof: { jkt: "b".repeat(43), nonce: "n" },
    temporaryUntil: null,
    note: { kind: "activation.moved", data: {} },
    reply: { code: "VALID", seat: null },
    actor,
    op: op(),
    now,
  } as const;
  await store.grant(order);
  await store.explainRefusal(order);
  const renewal = {
    license,
    activationId: activation.id,
    presentedJti: "lse_2",
    jti: "lse_3",
    leaseUntil: now + 9,
    now,
  };
  await store.refresh({
    ...renewal,
    isEntitledByFallback: false,
    isRunning: true,
    isMove: true,
    actor,
    op: op(),
  });
  await store.seen(activation.id, null, now);
  await store.pause(activation.id, now, actor, op(), now);
  await devices.withComponents(license.id);
  await devices.noteCopy(activation, "c", actor, op(), now);
  const command = { activation, type: "refresh", args: {}, jti: op(), expiresAt: now + 9, op: op(), now } as const;
  await devices.addCommand(command);
  await devices.acknowledge(activation.id, [1], now);
  await devices.evict(activation, "", actor, op(), now);
  await devices.evict(activation, "", actor, op(), now);
  await store.release(activation.id, "released", actor, op(), now, { jkt: "k", nonce: "n" });
  await createRevocationWatch(db).isUntouched(
    { ...license, licenseId: license.id, activationId: activation.id },
    0,
    now,
  );
  await devices.prune(now);
});

it("no statement of a device's life walks through a table", async () => {
  const tables = await env.DB.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all<{ name: string }>();
  const real = new Set(tables.results.map(({ name }) => name));
  const walks: string[] = [];
  for (const sql of statements) {
    const places = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n)));
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...Array(places).fill(null))
      .all<{ detail: string }>();
    for (const { detail } of plan.results) {
      const alias = /^SCAN (\w+)/.exec(detail)?.[1];
      // A child table that the statement does not name is looked at only while a deferred foreign key is open; none is.
      if (alias === undefined || !new RegExp(`\\b${alias}\\b`).test(sql)) continue;
      if (detail.includes("VIRTUAL TABLE") || alias === "CONSTANT") continue;
      // What is scanned goes by its alias: the statement says what that stands for.
      const named = [...sql.matchAll(new RegExp(`(\\w+) (?:AS )?${alias}\\b`, "g"))].map(
        ([, table]) => table as string,
      );
      if ([alias, ...named].some((table) => real.has(table))) walks.push(`${detail}: ${sql.slice(0, 160)}`);
    }
  }
  expect(statements.size).toBeGreaterThan(20);
  expect(walks).toEqual([]);
});
