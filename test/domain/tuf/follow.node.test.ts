import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fetchTarget, findTarget, followUpdates, type TrustedUpdates } from "../../../src/domain/tuf/follow.ts";
import type { Root } from "../../../src/domain/tuf/metadata.ts";
import { BIN_NAMES, REVOCATIONS } from "../../../src/domain/tuf/roles.ts";
import { ONLINE, ROOT_PEOPLE, rootDocument, signerOf, targetsDocument } from "./ceremony.ts";
import { Repository } from "./repository.ts";

const NOW = 1_796_472_000;
const DAY = 86_400;
const BUNDLE = "bundle/hello/1.0.0.rbsm";
const INDEX = "index/hello.json";
const bytesOf = (text: string) => new TextEncoder().encode(text);

let base: Repository;
let repository: Repository;
let pinned: TrustedUpdates;

beforeAll(async () => {
  base = await Repository.open(NOW);
  await base.write([await base.add(BUNDLE, bytesOf("bundle one")), await base.add(INDEX, bytesOf('{"n":1}'))], NOW);
  const root: Root = (await rootDocument(1, NOW)).signed;
  pinned = { root, timestamp: null, snapshot: null };
});
beforeEach(() => {
  repository = copyOf(base);
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

const fetchFrom = (from: Repository) => async (name: string) => from.files.get(name) ?? null;
const follow = (trusted = pinned, now = NOW) => followUpdates(trusted, fetchFrom(repository), now);
const reason = (result: { ok: boolean; problem?: { reason: string } }) => (result.ok ? "ok" : result.problem?.reason);

async function followed(trusted = pinned, now = NOW) {
  const result = await follow(trusted, now);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}
const look = async (trusted = pinned, path = INDEX, now = NOW) =>
  reason(await findTarget(await followed(trusted, now), path, fetchFrom(repository), now));

describe("our own client", () => {
  it("begins with a pinned root, finds targets and takes only the listed bytes", async () => {
    const now = await followed();
    const bytes = await fetchTarget(now, BUNDLE, fetchFrom(repository), NOW);
    expect(bytes.ok && new TextDecoder().decode(bytes.value)).toBe("bundle one");
    expect(await look(pinned, "bundle/hello/9.9.9.rbsm")).toBe("tuf_unlisted");
    expect(await look(pinned, "__proto__")).toBe("tuf_unlisted");
    for (const name of repository.files.keys())
      if (name.startsWith("targets/bundle")) repository.files.set(name, bytesOf("bundle two"));
    expect(reason(await fetchTarget(now, BUNDLE, fetchFrom(repository), NOW))).toBe("tuf_mixed");
  });

  it("drill: a lost timestamp key is replaced by the next root, over three versions, though those between have ended", async () => {
    const seen = await followed();
    const people = [signerOf(21), signerOf(22), signerOf(23)];
    const both = [...ROOT_PEOPLE.slice(0, 2), ...people.slice(0, 2)];
    const later = NOW + 300 * DAY;
    repository.putRoot(await rootDocument(2, NOW, { timestamp: signerOf(40) }));
    repository.putRoot(await rootDocument(3, NOW + DAY, { people, signers: both, timestamp: signerOf(41) }));
    repository.putRoot(await rootDocument(4, later, { people, timestamp: signerOf(42) }));
    await repository.putTargets(await targetsDocument(2, later));
    repository.signers = { ...ONLINE, timestamp: signerOf(42) };
    await repository.write([REVOCATIONS, ...BIN_NAMES], later);
    const end = NOW + 400 * DAY;
    repository.putRoot(await rootDocument(5, end, { people, timestamp: signerOf(42) }));
    await repository.putTargets(await targetsDocument(3, end));
    await repository.write([REVOCATIONS, ...BIN_NAMES], end);
    const now = await followed(seen, end);
    expect(now.root.version).toBe(5);
    repository.signers = { ...ONLINE };
    await repository.write([], end);
    expect(reason(await follow(now, end))).toBe("tuf_threshold");
  });

  it("drill: after a stolen timestamp key wrote a huge version, the next root's key may begin anew", async () => {
    repository.skipTo(1_000_000);
    await repository.write([], NOW);
    const misled = await followed();
    const cured = copyOf(base);
    repository = cured;
    cured.putRoot(await rootDocument(2, NOW, { timestamp: signerOf(40) }));
    cured.signers = { ...ONLINE, timestamp: signerOf(40) };
    await cured.write([], NOW);
    expect((await followed(misled)).timestamp.version).toBe(101);
  });

  it("drill: a stolen bin key loses its word with new targets", async () => {
    const seen = await followed();
    await repository.putTargets(await targetsDocument(2, NOW, signerOf(30)));
    await repository.write([], NOW);
    expect(await look(seen)).toBe("tuf_threshold");
    repository.signers = { ...ONLINE, bins: signerOf(30) };
    await repository.write([...BIN_NAMES], NOW);
    expect(await look(seen)).toBe("ok");
  });

  it("sec-15: what a stolen bin key lists in another bin is never found", async () => {
    repository.listed["bin-00"] = { [INDEX]: { length: 4, hashes: { sha256: "0".repeat(64) } } };
    await repository.write(["bin-00"], NOW);
    const target = await findTarget(await followed(), INDEX, fetchFrom(repository), NOW);
    expect(target.ok && target.value.length).toBe('{"n":1}'.length);
  });

  it("drill: a clock a day ahead refuses, a day behind still follows", async () => {
    expect(reason(await follow(pinned, NOW + DAY))).toBe("tuf_expired");
    expect(reason(await follow(pinned, NOW - DAY))).toBe("ok");
  });

  it.each([
    ["timestamp", 2 * DAY],
    ["snapshot", 8 * DAY],
  ])("sec-13, drill: a mirror frozen at its %s is refused", async (_what, age) => {
    repository.skipTo(400);
    await repository.write([], NOW - age);
    if (age > 7 * DAY) await repository.write([], NOW, true);
    expect(reason(await follow())).toBe("tuf_expired");
  });

  it("sec-12: an older state is refused as a whole and in each of its parts", async () => {
    await repository.write([await repository.add(INDEX, bytesOf('{"n":2}'))], NOW);
    const newest = repository;
    const seen = await followed();
    repository = base;
    expect(reason(await follow(seen))).toBe("tuf_version");
    repository = copyOf(newest);
    repository.snapshot = base.snapshot;
    repository.skipTo(200);
    await repository.write([], NOW, true);
    expect(reason(await follow(seen))).toBe("tuf_version");
    repository = copyOf(newest);
    repository.skipTo(300);
    repository.published = { ...newest.published, "bin-ff": base.published["bin-ff"] as never };
    await repository.write([], NOW);
    expect(reason(await follow(seen))).toBe("tuf_version");
    repository = copyOf(newest);
    repository.skipTo(400);
    const { "bin-ff": _, ...dropped } = newest.published;
    repository.published = dropped;
    await repository.write([], NOW);
    expect(reason(await follow(seen))).toBe("tuf_version");
  });

  it("sec-14, drill: an old bin under the new snapshot is refused", async () => {
    await repository.write([await repository.add(INDEX, bytesOf('{"n":2}'))], NOW);
    repository.files.set("101.bin-ff.json", repository.files.get("2.bin-ff.json") as Uint8Array);
    expect(await look()).toBe("tuf_mixed");
    repository.files.set("101.snapshot.json", repository.files.get("2.snapshot.json") as Uint8Array);
    expect(reason(await follow())).toBe("tuf_mixed");
  });

  it.each(["timestamp", "snapshot", "bins"] as const)("refuses a %s document under a wrong key", async (key) => {
    repository.signers = { ...ONLINE, [key]: signerOf(99) };
    await repository.write(key === "bins" ? ["bin-ff"] : [], NOW);
    expect(key === "bins" ? await look() : reason(await follow())).toBe("tuf_threshold");
  });

  it("refuses a root that its predecessor's people did not sign, and one that has ended", async () => {
    const people = [signerOf(21), signerOf(22), signerOf(23)];
    repository.putRoot(await rootDocument(2, NOW, { people }));
    expect(reason(await follow())).toBe("tuf_threshold");
    repository = copyOf(base);
    expect(reason(await follow(pinned, NOW + 366 * DAY))).toBe("tuf_expired");
  });
});
