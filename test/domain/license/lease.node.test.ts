import { describe, expect, it } from "vitest";
import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { sha256 } from "../../../src/domain/digest.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { completeJws, jwsInput } from "../../../src/domain/license/jws.ts";
import { leaseClaims, verdictClaims } from "../../../src/domain/license/lease.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { VECTOR_KEY, VECTOR_LEASE, verifyAsStranger } from "./foreign-jose.ts";
import { licenseOf, NOON } from "./license.ts";

/** The private half of RFC 8037's example key. */
const SEED = decodeBase64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A") as Uint8Array;
const signer = createSigner(pkcs8OfSeed(SEED));
const KEYS = { keys: [{ ...VECTOR_KEY, alg: "EdDSA", use: "sig" }] };
const SUBJECT = {
  activationId: "act_00000000000000000001",
  installationId: "9b2f3c1a-0000-4000-8000-000000000001",
  hardwareId: "ab".repeat(32),
  deviceJkt: null,
  environment: "production",
  version: "1.0.0",
  jti: "lse_1",
} as const;
const RIGHTS = { entitlements: ["basic"], limits: { apiCalls: 1000 } };

async function sign(claims: JsonObject): Promise<string> {
  const input = jwsInput(VECTOR_KEY.kid, claims);
  return completeJws(input, (await signer?.sign(encodeUtf8(input))) as Uint8Array);
}

describe("the codec", () => {
  it("makes the known lease, byte for byte, of its claims", async () => {
    const payload = new TextDecoder().decode(decodeBase64url(VECTOR_LEASE.split(".")[1] as string) as Uint8Array);
    expect(await sign(JSON.parse(payload) as JsonObject)).toBe(VECTOR_LEASE);
    const body = encodeUtf8('{"nonce":"AAECAwQFBgcICQoLDA0ODw"}');
    expect(JSON.parse(payload)).toMatchObject({ rqh: encodeBase64url(await sha256(body)) });
  });

  it("is read by a stock JOSE library", async () => {
    const expected = { issuer: "https://market.example", audience: "rbsm:plugin:7", now: 1_800_000_001 };
    const { payload, protectedHeader } = await verifyAsStranger(VECTOR_LEASE, KEYS, expected);
    expect(protectedHeader).toEqual({ alg: "EdDSA", kid: "l-test-1", typ: "JWT" });
    expect(payload.tier).toBe("basic");
    await expect(verifyAsStranger(`${VECTOR_LEASE.slice(0, -4)}AAAA`, KEYS, expected)).rejects.toThrow();
    await expect(verifyAsStranger(VECTOR_LEASE, KEYS, { ...expected, now: 1_800_604_800 })).rejects.toThrow();
  });
});

describe("a lease", () => {
  it("lives for a week of an open-ended license and asks for a refresh within the first day", async () => {
    const lease = leaseClaims("https://market.example", licenseOf(), SUBJECT, RIGHTS, { nonce: "N" }, NOON);
    expect(lease.expiresAt).toBe(NOON + 604_800);
    expect(lease.refreshAfter).toBeGreaterThanOrEqual(NOON + 86_400 - 8_640);
    expect(lease.refreshAfter).toBeLessThanOrEqual(NOON + 86_400);
    expect(lease.claims).toMatchObject({
      iss: "https://market.example",
      aud: "rbsm:plugin:7",
      nbf: NOON - 120,
      tok: "lease",
      iid: SUBJECT.installationId,
      hw: SUBJECT.hardwareId,
      nonce: "N",
    });
    const { payload } = await verifyAsStranger(await sign(lease.claims), KEYS, {
      issuer: "https://market.example",
      audience: "rbsm:plugin:7",
      now: NOON,
    });
    expect(payload.lim).toEqual({ apiCalls: 1000 });
  });

  it.each([
    ["the term", { expiresAt: NOON + 3_600 }, NOON + 3_600, "active"],
    ["the grace", { expiresAt: NOON - 5, graceUntil: NOON + 60 }, NOON + 60, "past_due"],
    ["the trial", { type: "trial", expiresAt: NOON + 99 }, NOON + 99, "trialing"],
    ["nothing for a build covered by fallback", { expiresAt: NOON - 1, fallback: true }, NOON + 604_800, "fallback"],
  ] as const)("never outlives %s", (_, over, end, state) => {
    const lease = leaseClaims("https://m", licenseOf(over), SUBJECT, RIGHTS, {}, NOON);
    expect([lease.expiresAt, lease.claims.st]).toEqual([end, state]);
    expect(lease.refreshAfter).toBeLessThanOrEqual(end);
  });

  it("spreads the refreshes of devices leased in the same second over a tenth of a day", () => {
    const minutes = new Map<number, number>();
    for (let n = 0; n < 10_000; n++) {
      const subject = { ...SUBJECT, activationId: `act_${String(n).padStart(20, "0")}` };
      const { refreshAfter } = leaseClaims("https://m", licenseOf(), subject, RIGHTS, {}, NOON);
      const minute = Math.floor((refreshAfter - NOON) / 60);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    }
    const mean = 10_000 / 144;
    expect(Math.max(...minutes.values())).toBeLessThanOrEqual(2 * mean);
    expect(minutes.size).toBeGreaterThanOrEqual(144);
  });
});

it("a verdict lives five minutes and has an audience of its own", () => {
  const claims = verdictClaims("https://m", "7", { code: "REVOKED", reason: undefined }, { requestHash: "H" }, NOON);
  expect(claims).toEqual({
    iss: "https://m",
    aud: "rbsm:verdict:7",
    iat: NOON,
    nbf: NOON - 120,
    exp: NOON + 300,
    v: 1,
    tok: "verdict",
    code: "REVOKED",
    rqh: "H",
  });
});
