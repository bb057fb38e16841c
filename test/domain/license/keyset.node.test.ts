import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64url } from "../../../src/domain/bytes.ts";
import {
  KEYSET_TTL,
  type KeyPurpose,
  type Keyset,
  type SigningKey,
  signingKeyAt,
} from "../../../src/domain/license/keyset.ts";
import { addKey, type KeysetPlan, retireKey, revokeKey, switchTo } from "../../../src/domain/license/keyset-plan.ts";
import { judgeKeyset } from "../../../src/domain/license/keyset-rules.ts";
import { makeHandoffCode, parseHandoffCode } from "../../../src/domain/license/offline.ts";
import { publicReason, REVOCATION_REASONS, revocationId } from "../../../src/domain/license/revocation.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";

const NOON = 1_800_000_000;
const DAY = 86_400;

/** Sound points, made once. */
const POINTS = await Promise.all(
  Array.from({ length: 24 }, async (_, n) => {
    const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(n + 1)));
    return encodeBase64url((await signer?.publicKey()) ?? new Uint8Array());
  }),
);

function plan(from = NOON): KeysetPlan {
  const empty: KeysetPlan = { issuer: "https://m.example", version: 0, keys: [] };
  return (["lease", "offline", "list"] as const).reduce((made, purpose) => add(made, purpose, from), empty);
}
function add(before: KeysetPlan, purpose: KeyPurpose, from: number): KeysetPlan {
  const n = before.keys.length;
  return addKey(before, { kid: `${purpose}-${n}`, purpose, x: POINTS[n] as string }, from);
}
const at = ({ issuer, keys }: KeysetPlan, version: number, issuedAt: number): Keyset => ({
  issuer,
  version,
  issuedAt,
  expiresAt: issuedAt + KEYSET_TTL,
  keys,
});
const alter = ({ keys, ...rest }: KeysetPlan, kid: string, over: Partial<SigningKey>): KeysetPlan => ({
  ...rest,
  keys: keys.map((key) => (key.kid === kid ? { ...key, ...over } : key)),
});

describe("a key-set document that follows another", () => {
  const first = at(plan(), 1, NOON);
  const later = NOON + 10 * DAY;
  const fault = (next: KeysetPlan, version = 2, issuedAt = later) =>
    judgeKeyset(at(next, version, issuedAt), first, false, issuedAt)?.fault ?? null;

  it("may add a key for the day after tomorrow, switch to it, retire the old one and revoke any", () => {
    const added = add(plan(), "lease", later + 2 * DAY);
    expect(fault(added)).toBeNull();
    const switched = switchTo(added, "lease-3") as KeysetPlan;
    expect(fault(switched)).toBeNull();
    expect(signingKeyAt(switched.keys, "lease", later + 2 * DAY - 1)?.kid).toBe("lease-0");
    expect(signingKeyAt(switched.keys, "lease", later + 2 * DAY)?.kid).toBe("lease-3");
    expect(fault(retireKey(plan(), "lease-0", later) as KeysetPlan)).toBeNull();
    expect(fault(revokeKey(plan(), "list-2", "all", later) as KeysetPlan)).toBeNull();
    expect([switchTo(plan(), "none"), retireKey(plan(), "none", 0), revokeKey(plan(), "none", "all", 0)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it.each<[string, KeysetPlan, number?]>([
    ["version", plan(), 1],
    ["published_too_late", add(plan(), "lease", later + 2 * DAY - 1)],
    ["key_dropped", { ...plan(), keys: plan().keys.slice(1) }],
    ["key_changed", alter(plan(), "lease-0", { x: POINTS[9] as string })],
    ["key_changed", alter(plan(), "lease-0", { purpose: "list", verifyUntil: NOON + 900 * DAY })],
    ["key_changed", alter(plan(), "lease-0", { signFrom: NOON + 1 })],
    ["period", alter(plan(), "offline-1", { signUntil: NOON + 181 * DAY, verifyUntil: NOON + 900 * DAY })],
    ["verify_tail", alter(plan(), "lease-0", { verifyUntil: NOON + 91 * DAY })],
    ["key_point", alter(plan(), "lease-0", { x: encodeBase64url(new Uint8Array(32)) })],
    ["key_twice", alter(plan(), "offline-1", { kid: "lease-0" })],
  ])("may not %s", (why, next, version) => {
    expect(fault(next, version)).toBe(why);
  });

  it("may never un-revoke a key or date a theft later, but may date it earlier and refuse all", () => {
    const revoked = revokeKey(plan(), "lease-0", "after", NOON + DAY) as KeysetPlan;
    const before = at(revoked, 2, later);
    const judged = (next: KeysetPlan) => judgeKeyset(at(next, 3, later), before, false, later)?.fault ?? null;
    expect(judged(plan())).toBe("revocation_undone");
    expect(judged(revokeKey(plan(), "lease-0", "after", NOON + 2 * DAY) as KeysetPlan)).toBe("revocation_undone");
    expect(judged(revokeKey(plan(), "lease-0", "all", NOON) as KeysetPlan)).toBeNull();
  });

  it("forgets a key 400 days after its end, and lets a key sign at once where nobody else could", () => {
    const long = NOON + 98 * DAY + 400 * DAY;
    const fresh = add(plan(), "lease", long);
    const without = { ...fresh, keys: fresh.keys.filter(({ kid }) => kid !== "lease-0") };
    expect(judgeKeyset(at(without, 2, long), first, false, long)).toBeNull();
    expect(judgeKeyset(at(without, 2, long - 1), first, false, long)?.fault).toBe("key_dropped");
  });

  it("says the same under one version by every root", () => {
    expect(judgeKeyset(at(plan(), 1, NOON), first, true, NOON)).toBeNull();
    expect(judgeKeyset(at(add(plan(), "lease", NOON + 3 * DAY), 1, NOON), first, true, NOON)?.fault).toBe(
      "documents_differ",
    );
  });
});

it("whatever operators do within the rules, nobody stands without a key that may sign, and no lease dies before its end", () => {
  const act = fc.record({ days: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom("add", "switch", "retire") });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
      let now = NOON;
      let current = plan();
      let published = at(current, 1, now);
      /** Last second at which each key signed. */
      const signed = new Map<string, number>();
      for (const { days, kind } of acts) {
        const leases = current.keys.filter(({ purpose }) => purpose === "lease");
        const newest = leases.at(-1) as SigningKey;
        if (kind === "add" && current.keys.length < 20) current = add(current, "lease", now + 2 * DAY);
        if (kind === "switch") current = switchTo(current, newest.kid) ?? current;
        if (kind === "retire" && leases.length > 1)
          current = retireKey(current, (leases[0] as SigningKey).kid, now) ?? current;
        const next = at(current, published.version + 1, now);
        if (judgeKeyset(next, published, false, now) === null && signingKeyAt(next.keys, "lease", now) !== null)
          published = next;
        current = { ...current, keys: published.keys };
        for (let day = 0; day < days; day++) {
          const signer = signingKeyAt(published.keys, "lease", now);
          if (signer !== null) signed.set(signer.kid, now);
          now += DAY;
        }
      }
      for (const [kid, last] of signed) {
        const key = published.keys.find((one) => one.kid === kid);
        expect(key?.verifyUntil).toBeGreaterThan(last + 7 * DAY);
      }
    }),
    { numRuns: 60 },
  );
});

it("a handoff code is spelled in any case with any blanks, and a wrong character is found without a read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), fc.nat(9), fc.nat(30), (random, place, step) => {
      const code = makeHandoffCode(random as Uint8Array<ArrayBuffer>);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
      expect(parseHandoffCode(` ${code.slice(0, 5).toLowerCase()}-${code.slice(5)}\n`)).toBe(code);
      const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
      const wrong = alphabet[(alphabet.indexOf(code[place] as string) + 1 + step) % 32] as string;
      expect(parseHandoffCode(code.slice(0, place) + wrong + code.slice(place + 1))).toBeNull();
    }),
    { numRuns: 300 },
  );
  for (const text of ["", "0".repeat(9), "U".repeat(10), "０".repeat(10), "A".repeat(200)])
    expect(parseHandoffCode(text)).toBeNull();
});

it("an id on the list is the first half of SHA-256 over kind and subject", async () => {
  // Computed by another implementation: `rbsm-rl`, NUL, `lic`, NUL, `42`.
  expect(await revocationId("lic", "42")).toBe("489CHSToojXJ1D7MY8VBeA");
  expect(await revocationId("act", "42")).not.toBe(await revocationId("lic", "42"));
});

it("the list says why in a word of a closed list; what people wrote stays with the license", () => {
  for (const reason of REVOCATION_REASONS) expect(publicReason(reason)).toBe(reason);
  expect(["Ms Huber never paid", "", "Refund"].map(publicReason)).toEqual(["other", "other", "other"]);
});
