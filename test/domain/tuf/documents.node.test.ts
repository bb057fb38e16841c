import { describe, expect, it } from "vitest";
import { composeTargets } from "../../../src/domain/tuf/compose.ts";
import { documentBytes, signDocument, tufKey } from "../../../src/domain/tuf/sign.ts";
import { consistentPath, readConsistentPath } from "../../../src/domain/tuf/target-path.ts";
import { verifyRoot, verifyTargets } from "../../../src/domain/tuf/verify-document.ts";
import { ONLINE, ROOT_PEOPLE, rootDocument, signerOf, TARGETS_PEOPLE, targetsDocument } from "./ceremony.ts";

const NOON = 1_800_000_000;
const YEAR = 365 * 86_400;
const [ANNA, BEN, CARA] = ROOT_PEOPLE;
const NEW_PEOPLE = [signerOf(21), signerOf(22), signerOf(23)];
const first = await rootDocument(1, NOON);
const reasonOf = (read: { ok: boolean; problem?: { reason: string } }) => (read.ok ? "ok" : read.problem?.reason);
const judgeRoot = async (document: Awaited<ReturnType<typeof rootDocument>>, before = first.signed, now = NOON) =>
  reasonOf(await verifyRoot(documentBytes(document), before, now));

describe("a root that is uploaded", () => {
  it("follows the one before it when two of the people before and two of the people after signed it", async () => {
    expect(reasonOf(await verifyRoot(documentBytes(first), null, NOON))).toBe("ok");
    const signers = [ANNA, CARA, NEW_PEOPLE[0], NEW_PEOPLE[2]].filter((one) => one !== undefined);
    expect(await judgeRoot(await rootDocument(2, NOON, { people: NEW_PEOPLE, signers }))).toBe("ok");
  });

  it("may follow one that has ended: otherwise nobody could ever come back", async () => {
    const later = NOON + 2 * YEAR;
    expect(await judgeRoot(await rootDocument(2, later), first.signed, later)).toBe("ok");
  });

  it.each([
    ["tuf_version", () => rootDocument(1, NOON)],
    ["tuf_version", () => rootDocument(3, NOON)],
    ["tuf_expired", () => rootDocument(2, NOON - YEAR)],
    ["tuf_expired", () => rootDocument(2, NOON + 86_400)],
    ["tuf_threshold", () => rootDocument(2, NOON, { signers: [signerOf(1)] })],
    ["tuf_threshold", () => rootDocument(2, NOON, { signers: [signerOf(1), signerOf(1)] })],
    ["tuf_threshold", () => rootDocument(2, NOON, { people: NEW_PEOPLE })],
    ["tuf_threshold", () => rootDocument(2, NOON, { people: NEW_PEOPLE, signers: ROOT_PEOPLE })],
    ["tuf_threshold", () => rootDocument(2, NOON, { signers: TARGETS_PEOPLE })],
    // One key in two roles would let one theft do the work of two.
    ["tuf_roles", () => rootDocument(2, NOON, { timestamp: ONLINE.snapshot })],
    ["tuf_roles", () => rootDocument(2, NOON, { snapshot: signerOf(1) })],
  ])("is refused with %s", async (reason, make) => {
    expect(await judgeRoot(await make())).toBe(reason);
  });

  it("is refused when one person suffices, when a key id is not its key's digest, and when anything else is in it", async () => {
    const { signed } = await rootDocument(2, NOON);
    const sign = (change: object) =>
      signDocument({ ...signed, ...change } as typeof signed, [signerOf(1), signerOf(2)]);
    const weak = { roles: { ...signed.roles, root: { ...signed.roles.root, threshold: 1 } } };
    expect(await judgeRoot(await sign(weak))).toBe("tuf_roles");
    const [id = "", key] = Object.entries(signed.keys)[0] ?? [];
    const renamed = { keys: { ...signed.keys, [id.replace(/^./, (first) => (first === "0" ? "1" : "0"))]: key } };
    expect(await judgeRoot(await sign(renamed))).toBe("tuf_roles");
    for (const odd of [{ note: "x" }, { consistent_snapshot: false }, { expires: "2027-01-15" }, { _type: "targets" }])
      expect(await judgeRoot(await sign(odd))).toBe("tuf_malformed");
    const text = new TextDecoder().decode(documentBytes(await rootDocument(2, NOON)));
    for (const broken of [
      `${text} x`,
      text.replace('"version":2', '"version":2,"version":2'),
      "null",
      "[]",
      text.replace('"version":2', '"version":2.5'),
    ])
      expect(reasonOf(await verifyRoot(new TextEncoder().encode(broken), first.signed, NOON))).toBe("tuf_malformed");
    expect(reasonOf(await verifyRoot(new Uint8Array(512_001), first.signed, NOON))).toBe("tuf_malformed");
  });
});

describe("delegations that are uploaded", () => {
  const judge = async (document: object, before = 0) =>
    reasonOf(await verifyTargets(documentBytes(document as never), first.signed, before, NOON));

  it("are taken in when two of their people signed revocations and 256 bins", async () => {
    expect(await judge(await targetsDocument(1, NOON))).toBe("ok");
    expect(await judge(await targetsDocument(1, NOON), 1)).toBe("tuf_version");
    expect(await judge(await targetsDocument(2, NOON - YEAR), 1)).toBe("tuf_expired");
  });

  it("are refused with a target of their own, another shape or the root's people", async () => {
    const keys = {
      revocations: tufKey(await ONLINE.revocations.publicKey()),
      bins: tufKey(await ONLINE.bins.publicKey()),
    };
    const targets = await composeTargets(1, NOON, keys);
    const sign = (change: object, signers = TARGETS_PEOPLE) =>
      signDocument({ ...targets, ...change } as typeof targets, signers);
    const roles = targets.delegations?.roles ?? [];
    const delegations = (changed: unknown[]) => ({ delegations: { ...targets.delegations, roles: changed } });
    const own = { "index/a.json": { length: 1, hashes: { sha256: "0".repeat(64) } } };
    expect(await judge(await sign({}, [...ROOT_PEOPLE]))).toBe("tuf_threshold");
    for (const change of [
      { targets: own },
      { delegations: undefined },
      delegations(roles.slice(1)),
      delegations(roles.slice(0, -1)),
      delegations(roles.map((role) => ({ ...role, terminating: false }))),
      delegations(roles.map((role) => (role.name === "bin-07" ? { ...role, path_hash_prefixes: ["08"] } : role))),
      delegations(roles.map((role) => (role.name === "revocations" ? { ...role, paths: ["*/*"] } : role))),
    ])
      expect(await judge(await sign(change))).toBe("tuf_roles");
  });
});

describe("consistent paths", () => {
  it("carry the digest before the file's name and read back", () => {
    const sha256 = "ab".repeat(32);
    for (const path of ["revocations.json", "index/hello.json", "bundle/hello/1.0.0-rc.1+b.rbsm"])
      expect(readConsistentPath(consistentPath(path, sha256))).toEqual({ path, sha256 });
    for (const odd of [
      "",
      "index/hello.json",
      `../${sha256}.json`,
      `a//${sha256}.json`,
      `index/${sha256}.`,
      `${sha256}./x`,
    ])
      expect(readConsistentPath(odd)).toBeNull();
  });
});

it("two signatures of one person are one, whichever comes last", async () => {
  const again = await rootDocument(1, NOON, { signers: [BEN, BEN].filter((one) => one !== undefined) });
  expect(again.signatures).toHaveLength(1);
});
