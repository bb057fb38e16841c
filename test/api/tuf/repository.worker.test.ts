import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { peekPayload } from "../../../src/domain/trust/envelope.ts";
import type { Root, Snapshot, Targets, Timestamp } from "../../../src/domain/tuf/metadata.ts";
import { BIN_NAMES, binOf } from "../../../src/domain/tuf/roles.ts";
import { countSigners, documentBytes } from "../../../src/domain/tuf/sign.ts";
import { consistentPath } from "../../../src/domain/tuf/target-path.ts";
import { createTufRepository } from "../../../src/storage/tuf/repository.ts";
import type { TufWriter } from "../../../src/storage/tuf/tuf-writer.ts";
import { rootDocument, signerOf, targetsDocument } from "../../domain/tuf/ceremony.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import { makePublisher, makeRelease, operatorToken, type Publisher, publish } from "../publish/market.worker.ts";

const namespace = (exports as unknown as { TufWriter: DurableObjectNamespace<TufWriter> }).TufWriter;
const repository = createTufRepository(env.BUNDLES, () => namespace);
const stub = () => namespace.get(namespace.idFromName("tuf"));
const NOW = Math.floor(Date.now() / 1000);
const HOUR = 3600;

let acme: Publisher;
let pluginId: string;
let release: Awaited<ReturnType<typeof makeRelease>>;

const send = async (kind: "root" | "targets", document: unknown) =>
  call("POST", `/v1/desk/tuf/${kind}`, {
    bearer: await operatorToken(),
    body: { document: new TextDecoder().decode(documentBytes(document as never)) },
  });
const get = (path: string) => exports.default.fetch(`${ORIGIN}/tuf/${path}`);
async function read<T>(name: string): Promise<{ signed: T; signatures: { keyid: string; sig: string }[] }> {
  const response = await get(name);
  if (response.status !== 200) throw new Error(`${name} answered ${response.status}`);
  return response.json();
}
/** The newest snapshot, found and checked as a client does. */
async function snapshot(): Promise<Snapshot> {
  const { signed } = await read<Timestamp>("timestamp.json");
  const { version, length, hashes } = signed.meta["snapshot.json"];
  const bytes = new Uint8Array(await (await get(`${version}.snapshot.json`)).arrayBuffer());
  expect([bytes.length, await sha256Hex(bytes)]).toEqual([length, hashes.sha256]);
  return JSON.parse(new TextDecoder().decode(bytes)).signed;
}
async function role(name: string): Promise<Targets> {
  const { meta } = await snapshot();
  return (await read<Targets>(`${meta[`${name}.json`]?.version}.${name}.json`)).signed;
}
/** Lets time pass for what the writer remembers. */
const age = (where: string, seconds: number) =>
  runInDurableObject(stub(), (_writer, state) => {
    state.storage.sql.exec(`UPDATE roles SET signed_at = signed_at - ? WHERE ${where}`, seconds);
  });

beforeAll(async () => {
  acme = await makePublisher("acme");
  release = await makeRelease(acme, "hello");
  ({ pluginId } = await publish(acme, release));
});

it("rests without a root: nothing is served, publishing goes on", async () => {
  expect(await repository.write()).toEqual({ state: "unfounded", files: [], hasMore: false });
  const missing = await get("timestamp.json");
  expect([missing.status, missing.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
});

it("takes in nothing that too few people signed, that is no document, or whose online keys are not here", async () => {
  const code = async (kind: "root" | "targets", document: unknown) => (await send(kind, document)).body.code;
  expect(await code("targets", await targetsDocument(1, NOW))).toBe("tuf_roles");
  expect(await code("root", await rootDocument(1, NOW, { signers: [signerOf(1)] }))).toBe("tuf_threshold");
  expect(await code("root", await rootDocument(1, NOW, { timestamp: signerOf(77) }))).toBe("tuf_roles");
  expect(await code("root", await rootDocument(2, NOW))).toBe("tuf_version");
  expect(await code("root", { signed: {}, signatures: [] })).toBe("tuf_malformed");
  expect((await get("1.root.json")).status).toBe(404);
});

it("begins with root and delegations, lists what was published before, and answers 404 for the next root", async () => {
  expect((await send("root", await rootDocument(1, NOW))).body).toEqual({ version: 1 });
  expect((await send("targets", await targetsDocument(1, NOW))).body).toEqual({ version: 1 });
  await repository.write();
  const { meta } = await snapshot();
  expect(Object.keys(meta)).toHaveLength(BIN_NAMES.length + 2);
  const next = await exports.default.fetch(`${ORIGIN}/tuf/2.root.json`, {
    redirect: "manual",
    headers: { accept: "text/html" },
  });
  expect(next.status).toBe(404);

  const bundlePath = "bundle/hello/1.0.0.rbsm";
  const listed = (await role(await binOf(bundlePath))).targets[bundlePath];
  expect(listed).toEqual({ length: release.bytes.length, hashes: { sha256: release.sha256 } });
  const downloaded = await get(`targets/${consistentPath(bundlePath, release.sha256)}`);
  expect(await sha256Hex(new Uint8Array(await downloaded.arrayBuffer()))).toBe(release.sha256);

  const ranged = await exports.default.fetch(`${ORIGIN}/tuf/targets/${consistentPath(bundlePath, release.sha256)}`, {
    headers: { range: "bytes=4-9", "if-range": `"${release.sha256}"` },
  });
  expect([ranged.status, ranged.headers.get("content-range")]).toEqual([206, `bytes 4-9/${release.bytes.length}`]);
  expect(new Uint8Array(await ranged.arrayBuffer())).toEqual(release.bytes.slice(4, 10));
  const known = await exports.default.fetch(`${ORIGIN}/tuf/targets/${consistentPath(bundlePath, release.sha256)}`, {
    headers: { "if-none-match": `"${release.sha256}"` },
  });
  expect(known.status).toBe(304);

  const index = (await role("bin-ff")).targets["index/hello.json"];
  const text = await (await get(`targets/${consistentPath("index/hello.json", index?.hashes.sha256 ?? "")}`)).text();
  expect(await sha256Hex(text)).toBe(index?.hashes.sha256);
  expect(JSON.parse(text)).toMatchObject({
    type: "rbsm-index/1",
    name: "hello",
    publisher: "acme",
    keys: [{ keyId: await acme.signer.keyId(), state: "active" }],
    releases: [
      {
        version: "1.0.0",
        state: "published",
        sha256: release.sha256,
        receipt: { signatures: [{ sig: expect.any(String) }] },
      },
    ],
  });
});

it("signs with the keys of the root and of the delegations", async () => {
  const root = (await read<Root>("1.root.json")).signed;
  const targets = (await read<Targets>("1.targets.json")).signed;
  const { meta } = await snapshot();
  const timestamp = await read<Timestamp>("timestamp.json");
  expect(await countSigners(timestamp, root.roles.timestamp, root.keys)).toBe(1);
  const delegated = targets.delegations;
  if (delegated === undefined) throw new Error("no delegations");
  for (const one of delegated.roles.filter(({ name }) => ["revocations", "bin-00", "bin-ff"].includes(name))) {
    const document = await read<Targets>(`${meta[`${one.name}.json`]?.version}.${one.name}.json`);
    expect(await countSigners(document, one, delegated.keys)).toBe(1);
  }
});

it("writes nothing when nothing changed, and only the changed bins, snapshot and timestamp when a release is yanked", async () => {
  expect((await repository.write()).state).toBe("current");
  const before = await snapshot();
  const yanked = await call("POST", `/v1/plugins/${pluginId}/versions/1.0.0/yank`, {
    bearer: acme.token,
    body: { reason: "It lost data" },
  });
  expect(yanked.status).toBe(200);
  await repository.write();
  const after = await snapshot();
  const moved = Object.keys(after.meta).filter((name) => after.meta[name]?.version !== before.meta[name]?.version);
  expect(moved).toEqual(["bin-ff.json"]);
  expect(after.version).toBe(before.version + 1);
});

it("is signed again by the clock: timestamp and revocations every hour, bins and snapshot every day", async () => {
  await age("name IN ('timestamp', 'revocations')", HOUR);
  const hourly = await repository.write();
  expect(hourly.files.map((name) => name.replace(/^\d+\./, ""))).toEqual([
    "revocations.json",
    "snapshot.json",
    "timestamp.json",
  ]);
  await age("name = 'timestamp'", HOUR);
  expect((await repository.write()).files).toEqual(["timestamp.json"]);
  await age("name LIKE 'bin-%'", 24 * HOUR);
  expect((await repository.write()).files).toHaveLength(BIN_NAMES.length + 2);
});

it("makes a round that died before its end again, under versions never used before", async () => {
  const before = await snapshot();
  await runInDurableObject(stub(), (_writer, state) => {
    // As if the files had been stored and the object had ended before it remembered them.
    state.storage.sql.exec(
      "UPDATE roles SET reserved = reserved + 1 WHERE name IN ('bin-ff', 'snapshot', 'timestamp')",
    );
    state.storage.sql.exec("UPDATE facts SET value = '0' WHERE name = 'cursor'");
    state.storage.sql.exec("DELETE FROM targets WHERE plugin = 'hello'");
  });
  await repository.write();
  const after = await snapshot();
  expect(after.version).toBe(before.version + 2);
  expect((await role("bin-ff")).targets["index/hello.json"]).toBeDefined();
});

it("gives callers who come together one round", async () => {
  await age("name = 'timestamp'", HOUR);
  const reports = await Promise.all(Array.from({ length: 8 }, () => repository.write()));
  expect(reports.filter(({ state }) => state === "written").length).toBeGreaterThanOrEqual(1);
  const stamps = (await read<Timestamp>("timestamp.json")).signed.version;
  expect(stamps).toBe(
    await runInDurableObject(
      stub(),
      (_writer, state) =>
        state.storage.sql.exec<{ version: number }>("SELECT version FROM roles WHERE name = 'timestamp'").one().version,
    ),
  );
});

it("lists a blocked release as blocked and its bundle no more", async () => {
  await env.DB.batch([
    env.DB.prepare("UPDATE releases SET state = 'blocked', decision_reason = 'malware' WHERE sha256 = ?").bind(
      release.sha256,
    ),
    env.DB.prepare("INSERT INTO changes (at, kind, subject, data) VALUES (?, 'release.blocked', 'hello', '{}')").bind(
      NOW,
    ),
  ]);
  await repository.write();
  const path = "bundle/hello/1.0.0.rbsm";
  expect((await role(await binOf(path))).targets[path]).toBeUndefined();
  const listed = (await role("revocations")).targets["revocations.json"];
  const blocked = await get(`targets/${consistentPath("revocations.json", listed?.hashes.sha256 ?? "")}`);
  const opened = peekPayload(await blocked.json());
  expect(opened).toMatchObject({
    value: { entries: [{ kind: "release", name: "hello", version: "1.0.0", level: "hard", code: "malware" }] },
  });
  // An isolate believes for two seconds that a bundle is public.
  await vi.waitFor(
    async () => expect((await get(`targets/${consistentPath(path, release.sha256)}`)).status).toBe(410),
    { timeout: 10_000, interval: 250 },
  );
});

it("forgets superseded files after thirty days", async () => {
  const keys = async () => (await env.BUNDLES.list({ prefix: "tuf/m/" })).objects.length;
  await runInDurableObject(stub(), (_writer, state) => {
    state.storage.sql.exec("UPDATE superseded SET at = at - ?", 31 * 24 * HOUR);
  });
  const before = await keys();
  await repository.write();
  expect(await keys()).toBeLessThan(before);
  const { meta } = await snapshot();
  for (const name of ["bin-00", "bin-ff", "revocations"])
    expect((await get(`${meta[`${name}.json`]?.version}.${name}.json`)).status).toBe(200);
});

it("refuses addresses that are none of its own", async () => {
  for (const path of [
    "root.json",
    "0.root.json",
    "1.root.json/",
    "1.bin-zz.json",
    "targets/",
    "targets/index/hello.json",
    "targets/..%2f1.root.json",
    `targets/${"a".repeat(64)}.x`,
  ])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
});
