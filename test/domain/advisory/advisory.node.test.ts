import { describe, expect, it } from "vitest";
import { advisoryErrors } from "../../../src/domain/advisory/advisory.ts";
import { judgeInstall, judgeInstalled } from "../../../src/domain/advisory/client.ts";
import { baseScore, severityOf } from "../../../src/domain/advisory/cvss.ts";
import { applyDelta, listPayload, openList, type RevocationList } from "../../../src/domain/advisory/list.ts";
import type { RevocationEntry } from "../../../src/domain/advisory/revocation.ts";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import { sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { judgeHalt, type Witness, wilson } from "../../../src/domain/update/halt.ts";
import { NOON } from "../../clock.ts";

describe("CVSS 3.1", () => {
  it.each([
    // Worked examples of first.org and scores of the national vulnerability database.
    ["AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, "critical"],
    ["AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, "critical"],
    ["AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61, "medium"],
    ["AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64, "medium"],
    ["AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31, "low"],
    ["AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88, "high"],
    ["AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75, "high"],
    ["AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 78, "high"],
    ["AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:L/A:N", 25, "low"],
    ["AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68, "medium"],
    ["AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 93, "critical"],
    ["AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", 91, "critical"],
    ["AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, "none"],
  ])("%s is %i tenths", (vector, score, severity) => {
    expect([baseScore(`CVSS:3.1/${vector}`), severityOf(score)]).toEqual([score, severity]);
  });

  it.each([
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
    "CVSS:3.1/AC:L/AV:N/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P",
    "CVSS:3.1/AV:toString/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "",
  ])("“%s” is no vector", (text) => {
    expect(baseScore(text)).toBeNull();
  });

  it("an advisory's fixed version is not itself affected", () => {
    const text = { affected: "<1.2.0", fixed: "1.1.0", summary: "", details: "", aliases: [], credits: [], links: [] };
    const severity = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    expect(advisoryErrors({ ...text, severity }).map(({ pointer }) => pointer)).toEqual(["/fixed"]);
    expect(advisoryErrors({ ...text, severity: "bad", affected: "??", fixed: "x", links: ["http://a"] })).toHaveLength(
      4,
    );
  });
});

describe("the list as clients read it", () => {
  const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(7)));
  if (signer === null) throw new Error("no signer");
  const entry: RevocationEntry = {
    kind: "release",
    name: "hello",
    version: "1.0.0",
    sha256: "ab",
    publisher: null,
    keyId: null,
    level: "hard",
    code: "malware",
    since: NOON,
    replacement: "greeter",
    advisory: null,
    note: "Steals.",
  };
  const list = (change: Partial<RevocationList> = {}): RevocationList => ({
    marketplace: "localhost",
    epoch: 7,
    issuedAt: NOON,
    expires: NOON + DAY,
    previous: null,
    entries: [entry],
    since: null,
    lifted: [],
    ...change,
  });
  const open = async (made: RevocationList, { seen = 0, now = NOON, marketplace = "localhost" } = {}) => {
    const key = { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
    return openList(await sealEnvelope(listPayload(made), signer), marketplace, [key], { seen, now });
  };
  const hello = { name: "hello", version: "1.0.0", sha256: null, publisher: null };

  it("comes back as it was signed", async () => {
    expect(await open(list())).toEqual({ ok: true, value: list() });
  });

  it("refuses a lower epoch, an ended list, one that would live too long, another marketplace and another key", async () => {
    const reason = async (made: Promise<{ ok: boolean; problem?: { reason: string } }>) => (await made).problem?.reason;
    expect(await reason(open(list(), { seen: 8 }) as never)).toBe("revocations_rollback");
    expect(await reason(open(list(), { seen: 7 }) as never)).toBeUndefined();
    expect(await reason(open(list(), { now: NOON + DAY }) as never)).toBe("revocations_stale");
    expect(await reason(open(list({ expires: NOON + 2 * DAY })) as never)).toBe("revocations_stale");
    expect(await reason(open(list(), { marketplace: "other" }) as never)).toBe("document_malformed");
    const forged = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(8)));
    const envelope = await sealEnvelope(listPayload(list()), forged as never);
    const key = { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
    const refused = await openList(envelope, "localhost", [key], { seen: 0, now: NOON });
    expect(refused.ok ? "" : refused.problem.reason).toBe("key_unknown");
  });

  it("a delta joins the list it begins at, and no other", () => {
    const added = { ...entry, version: "2.0.0" };
    const delta = list({ epoch: 9, since: 7, entries: [added], lifted: ["release:hello@1.0.0"] });
    expect(applyDelta(list(), delta)?.entries).toEqual([added]);
    expect(applyDelta(list({ epoch: 6 }), delta)).toBeNull();
    expect(applyDelta(list(), list({ epoch: 9 }))?.epoch).toBe(9);
  });

  it("nothing is installed by no list, a stale one, or what is on it, soft or hard", () => {
    const reason = (held: RevocationList | null, subject = hello, now = NOON) => {
      const judged = judgeInstall(held, subject, now);
      return judged.ok ? "installs" : judged.problem.reason;
    };
    expect(reason(null)).toBe("revocations_unavailable");
    expect(reason(list(), hello, NOON + DAY)).toBe("revocations_stale");
    expect(reason(list())).toBe("release_revoked");
    expect(reason(list({ entries: [{ ...entry, level: "soft" }] }))).toBe("release_revoked");
    expect(reason(list(), { ...hello, version: "1.0.1" })).toBe("installs");
    expect(reason(list(), { ...hello, version: "9.9.9", sha256: "ab" as never })).toBe("release_revoked");
  });

  it("sec-13: what is installed stops when hard, is warned of when soft, and outlives a stale list by a week", () => {
    const standing = (held: RevocationList | null, now: number, hasEgress: boolean, version = "2.0.0") => {
      const { runs, warning } = judgeInstalled(held, { ...hello, version, hasEgress }, now);
      return [runs, warning];
    };
    expect(standing(list(), NOON, false, "1.0.0")).toEqual([false, "release_revoked"]);
    expect(standing(list(), NOON + 30 * DAY, false, "1.0.0")).toEqual([false, "release_revoked"]);
    const soft = list({ entries: [{ ...entry, level: "soft" }] });
    expect(standing(soft, NOON, true, "1.0.0")).toEqual([true, "release_revoked"]);
    expect(standing(list(), NOON + DAY - 1, true)).toEqual([true, null]);
    expect(standing(list(), NOON + DAY, true)).toEqual([true, "revocations_stale"]);
    expect(standing(list(), NOON + 8 * DAY - 1, true)).toEqual([true, "revocations_stale"]);
    expect(standing(list(), NOON + 8 * DAY, true)).toEqual([false, "revocations_stale"]);
    expect(standing(list(), NOON + 8 * DAY, false)).toEqual([true, "revocations_stale"]);
    expect(HOUR).toBe(3600);
  });
});

describe("automatic halt", () => {
  const fine: Witness = {
    instanceId: "",
    hasFailed: false,
    hasLeft: false,
    runs: 20,
    errors: 0,
    runsBefore: 20,
    errorsBefore: 0,
  };
  const some = (count: number, change: Partial<Witness> = {}) =>
    Array.from({ length: count }, (_, at): Witness => ({ ...fine, instanceId: String(at), ...change }));
  const rule = (...witnesses: Witness[][]) => judgeHalt(witnesses.flat())?.rule ?? null;

  it("three instances that fail, and a tenth of all", () => {
    expect(rule(some(2, { hasFailed: true }))).toBeNull();
    expect(rule(some(3, { hasFailed: true }))).toBe("failures");
    expect(rule(some(3, { hasFailed: true }), some(27))).toBe("failures");
    expect(rule(some(3, { hasFailed: true }), some(28))).toBeNull();
  });

  it("clearly more errors than before, over twenty instances and two hundred runs", () => {
    expect(rule(some(20, { errors: 3 }))).toBe("errors");
    expect(rule(some(19, { errors: 3 }))).toBeNull();
    expect(rule(some(20, { errors: 3, runs: 9 }))).toBeNull();
    expect(rule(some(20, { errors: 3, errorsBefore: 3 }))).toBeNull();
    expect(rule(some(20, { errors: 1, runs: 1000 }))).toBeNull();
  });

  it("sec-51: one angry instance halts nothing, however often it runs", () => {
    expect(rule(some(1, { hasFailed: true, hasLeft: true, errors: 100_000, runs: 100_000 }), some(19))).toBeNull();
    expect(rule(some(2, { errors: 100_000, runs: 100_000 }), some(19))).toBeNull();
  });

  it("a seventh of twenty that leave within a day", () => {
    expect(rule(some(3, { hasLeft: true }), some(17))).toBe("departures");
    expect(rule(some(2, { hasLeft: true }), some(18))).toBeNull();
    expect(rule(some(10, { hasLeft: true }))).toBeNull();
  });

  it("the interval is Wilson's", () => {
    const round = ({ lower, upper }: { lower: number; upper: number }) => [lower.toFixed(4), upper.toFixed(4)];
    expect(round(wilson(10, 100))).toEqual(["0.0552", "0.1744"]);
    expect(round(wilson(0, 20))).toEqual(["0.0000", "0.1611"]);
    expect(wilson(0, 0)).toEqual({ lower: 0, upper: 1 });
  });
});
