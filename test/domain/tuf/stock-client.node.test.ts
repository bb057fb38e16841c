import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tufBytes } from "../../../src/domain/tuf/canonical.ts";
import { BIN_NAMES, binOf, MAX_BYTES, REVOCATIONS } from "../../../src/domain/tuf/roles.ts";
import { documentBytes, tufKeyId } from "../../../src/domain/tuf/sign.ts";
import { ONLINE, ROOT_PEOPLE, rootDocument, signerOf, targetsDocument } from "./ceremony.ts";
import { Repository, serve, trustFolder } from "./repository.ts";

const NOW = Math.floor(Date.now() / 1000);
const DAY = 86_400;
const BUNDLE = "bundle/hello/1.0.0.rbsm";
const INDEX = "index/hello.json";
const bytesOf = (text: string) => new TextEncoder().encode(text);
const folders: string[] = [];

let base: Repository;
let repository: Repository;
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  base = await Repository.open(NOW);
  await base.write([await base.add(BUNDLE, bytesOf("bundle one")), await base.add(INDEX, bytesOf('{"n":1}'))], NOW);
  site = await serve(() => repository.files);
});
afterAll(async () => {
  await site.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  repository = copyOf(base);
  site.asked.length = 0;
});

function copyOf(source: Repository): Repository {
  const copy = new Repository();
  for (const [name, bytes] of source.files) copy.files.set(name, bytes);
  Object.assign(copy.listed, structuredClone(source.listed));
  copy.published = source.published;
  copy.snapshot = source.snapshot;
  copy.skipTo(100);
  return copy;
}

async function trusting() {
  const opened = await trustFolder(base.files.get("1.root.json") as Uint8Array);
  folders.push(opened.folder);
  return { ...opened, update: () => opened.client(site.origin).refresh() };
}

describe("the stock client", () => {
  it("begins with root 1, finds a bundle in its bin and downloads it", async () => {
    const { client } = await trusting();
    const updater = client(site.origin);
    await updater.refresh();
    const target = await updater.getTargetInfo(BUNDLE);
    if (target === undefined) throw new Error("not listed");
    const file = await updater.downloadTarget(target);
    expect(await readFile(file, "utf8")).toBe("bundle one");
    expect(site.asked.filter((name) => name.includes("bin-"))).toEqual(["2.bin-6c.json"]);
    expect(await updater.getTargetInfo("bundle/hello/9.9.9.rbsm")).toBeUndefined();
  });

  it("fetches one bin when one index changed, and nothing but the timestamp when nothing did", async () => {
    const { client } = await trusting();
    await client(site.origin).getTargetInfo(INDEX);
    await repository.write([await repository.add(INDEX, bytesOf('{"n":2}'))], NOW);
    site.asked.length = 0;
    await client(site.origin).getTargetInfo(INDEX);
    expect(site.asked).toEqual(["2.root.json", "timestamp.json", "101.snapshot.json", "101.bin-ff.json"]);
    site.asked.length = 0;
    await client(site.origin).getTargetInfo(INDEX);
    expect(site.asked).toEqual(["2.root.json", "timestamp.json"]);
  });

  it("follows the root over two rotations, also to other people and another timestamp key", async () => {
    const { folder, update } = await trusting();
    await update();
    const people = [signerOf(21), signerOf(22), signerOf(23)];
    const signers = [...ROOT_PEOPLE.slice(0, 2), ...people.slice(0, 2)];
    repository.putRoot(await rootDocument(2, NOW, { people, signers }));
    repository.putRoot(await rootDocument(3, NOW, { people, timestamp: signerOf(24) }));
    repository.signers = { ...ONLINE, timestamp: signerOf(24) };
    await repository.write([], NOW);
    await update();
    expect(JSON.parse(await readFile(path.join(folder, "root.json"), "utf8")).signed.version).toBe(3);
  });

  it("refuses a root that only the new people signed", async () => {
    const { update } = await trusting();
    const people = [signerOf(21), signerOf(22), signerOf(23)];
    repository.putRoot(await rootDocument(2, NOW, { people }));
    await expect(update()).rejects.toThrow();
  });

  it("refuses a root that one person signed twice", async () => {
    const { update } = await trusting();
    repository.putRoot(await rootDocument(2, NOW, { signers: [signerOf(1), signerOf(1)] }));
    await expect(update()).rejects.toThrow();
  });

  it("refuses a rollback to an older timestamp, snapshot or bin", async () => {
    const { client, update } = await trusting();
    await repository.write([await repository.add(INDEX, bytesOf('{"n":2}'))], NOW);
    await client(site.origin).getTargetInfo(INDEX);
    const newest = repository;
    repository = base;
    await expect(update()).rejects.toThrow();

    // A newer timestamp over the older snapshot.
    repository = copyOf(newest);
    repository.snapshot = base.snapshot;
    repository.skipTo(200);
    await repository.write([], NOW, true);
    await expect(update()).rejects.toThrow();

    // A newer snapshot over the older bin.
    repository = copyOf(newest);
    repository.skipTo(300);
    repository.published = { ...newest.published, "bin-ff": base.published["bin-ff"] as never };
    await repository.write([], NOW);
    await expect(update()).rejects.toThrow();
  });

  it.each([
    ["timestamp", 2 * DAY],
    ["snapshot", 8 * DAY],
  ])("refuses a frozen mirror: its %s has ended", async (_what, age) => {
    const { update } = await trusting();
    repository.skipTo(400);
    await repository.write([], NOW - age);
    if (age > 7 * DAY) await repository.write([], NOW, true);
    await expect(update()).rejects.toThrow(/expired/i);
  });

  it("refuses a frozen bin", async () => {
    const { client } = await trusting();
    await repository.write(["bin-ff"], NOW - 8 * DAY);
    await repository.write([], NOW);
    await expect(client(site.origin).getTargetInfo(INDEX)).rejects.toThrow(/expired/i);
  });

  it("refuses a mix: an old bin under the new snapshot", async () => {
    const { client } = await trusting();
    await repository.write([await repository.add(INDEX, bytesOf('{"n":2}'))], NOW);
    const old = repository.files.get("2.bin-ff.json") as Uint8Array;
    repository.files.set("101.bin-ff.json", old);
    await expect(client(site.origin).getTargetInfo(INDEX)).rejects.toThrow();
  });

  it.each(["timestamp", "snapshot", "bins", "revocations"] as const)(
    "refuses a %s document under a wrong key",
    async (key) => {
      const { client } = await trusting();
      repository.signers = { ...ONLINE, [key]: signerOf(99) };
      await repository.write(key === "bins" ? ["bin-ff"] : key === "revocations" ? [REVOCATIONS] : [], NOW);
      const target = key === "revocations" ? "revocations.json" : INDEX;
      await expect(client(site.origin).getTargetInfo(target)).rejects.toThrow();
    },
  );

  it("cannot be led to targets that a stolen bin key signed for another bin", async () => {
    const { client } = await trusting();
    repository.listed["bin-00"] = { [BUNDLE]: { length: 4, hashes: { sha256: "0".repeat(64) } } };
    await repository.write(["bin-00"], NOW);
    const target = await client(site.origin).getTargetInfo(BUNDLE);
    expect(target?.length).toBe("bundle one".length);
  });

  it("refuses bytes that are not the listed ones", async () => {
    const { client } = await trusting();
    for (const name of repository.files.keys())
      if (name.startsWith("targets/bundle")) repository.files.set(name, bytesOf("bundle two"));
    const updater = client(site.origin);
    const target = await updater.getTargetInfo(BUNDLE);
    if (target === undefined) throw new Error("not listed");
    await expect(updater.downloadTarget(target)).rejects.toThrow();
  });

  it("goes on with the next root when a stolen bin key was replaced", async () => {
    const { client } = await trusting();
    await client(site.origin).getTargetInfo(INDEX);
    await repository.putTargets(await targetsDocument(2, NOW, signerOf(30)));
    await repository.write([], NOW);
    // What the stolen key signed counts no more, although it lies in the client's folder.
    await expect(client(site.origin).getTargetInfo(INDEX)).rejects.toThrow();
    repository.signers = { ...ONLINE, bins: signerOf(30) };
    await repository.write([...BIN_NAMES], NOW);
    expect((await client(site.origin).getTargetInfo(INDEX))?.path).toBe(INDEX);
  });
});

describe("what the stock client demands", () => {
  it("a path's bin is the first hex pair of its digest", async () => {
    expect([await binOf(INDEX), await binOf(BUNDLE)]).toEqual(["bin-ff", "bin-6c"]);
  });

  it("hashes hold only sha256, role names never look like numbers, times have no fractions", () => {
    for (const [name, bytes] of base.files) {
      if (name.startsWith("targets/")) continue;
      const { signed } = JSON.parse(new TextDecoder().decode(bytes));
      expect(signed.expires).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      for (const file of [...Object.values(signed.meta ?? {}), ...Object.values(signed.targets ?? {})])
        expect(Object.keys((file as { hashes: object }).hashes)).toEqual(["sha256"]);
    }
    for (const role of [REVOCATIONS, ...BIN_NAMES]) expect(role).toMatch(/^[a-z]/);
  });

  it("a snapshot never drops a role and lists all 258", async () => {
    const meta = (repo: Repository) =>
      Object.keys(
        JSON.parse(new TextDecoder().decode(repo.files.get(`${repo.snapshot?.version}.snapshot.json`))).signed.meta,
      );
    const before = meta(repository);
    await repository.write(["bin-00"], NOW);
    expect(meta(repository)).toEqual(before);
    expect(before).toHaveLength(BIN_NAMES.length + 2);
  });

  it("every document is far below what the client reads", () => {
    const largest = (part: string) =>
      Math.max(...[...base.files].filter(([name]) => name.includes(part)).map(([, bytes]) => bytes.length));
    expect(largest("root.json")).toBeLessThan(MAX_BYTES.root / 10);
    expect(largest("timestamp.json")).toBeLessThan(MAX_BYTES.timestamp / 10);
    expect(largest("snapshot.json")).toBeLessThan(50_000);
    expect(largest("1.targets.json")).toBeLessThan(80_000);
  });

  it("only printable ASCII and integers are signed: there both canonical forms are one text", () => {
    for (const value of ["a\nb", "ü", 1.5, Number.NaN, { "k\t": 1 }, [-0]]) expect(() => tufBytes(value)).toThrow();
    expect(new TextDecoder().decode(tufBytes({ b: 'a"\\', a: [1, null, true] }))).toBe(
      '{"a":[1,null,true],"b":"a\\"\\\\"}',
    );
  });

  it("a key id is the digest of the canonical key object", async () => {
    const { signed } = await rootDocument(1, NOW);
    for (const [id, key] of Object.entries(signed.keys)) expect(await tufKeyId(key)).toBe(id);
    expect(documentBytes(await rootDocument(1, NOW))).toEqual(base.files.get("1.root.json"));
  });
});
