import { describe, expect, it } from "vitest";
import { makeUserCode, readUserCode } from "../../../src/domain/account/device.ts";
import { networkOf } from "../../../src/domain/account/ip.ts";
import type { AccountPrincipal } from "../../../src/domain/account/principal.ts";
import { makeRecoveryCode, readRecoveryCode } from "../../../src/domain/account/recovery-code.ts";
import { isOwnRequest } from "../../../src/domain/account/same-origin.ts";
import { isFreshProof, readSessionCookie, writeSessionCookie } from "../../../src/domain/account/session.ts";
import { refuseWithoutPerson, refuseWithoutProof } from "../../../src/market/account/step-up.ts";

const HTTPS = "https://plugins.example.com";
const NOON = Date.parse("2026-06-01T12:00:00Z");
const SECRET = "s".repeat(43);

describe("the session's cookie", () => {
  it("is Secure and bound to this host over https, and found under that name alone", () => {
    const cookie = `__Host-rbsm=${SECRET}; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure`;
    expect(writeSessionCookie(HTTPS, SECRET)).toBe(cookie);
    expect(readSessionCookie(`a=b; __Host-rbsm=${SECRET}; c`, HTTPS)).toBe(SECRET);
    for (const header of [null, "", `rbsm_session=${SECRET}`, `x__Host-rbsm=${SECRET}`, "__Host-rbsm=short"])
      expect(readSessionCookie(header, HTTPS), String(header)).toBeNull();
  });
});

it.each([
  ["POST", "same-origin", "https://evil.example", true],
  ["POST", "same-site", HTTPS, false],
  ["DELETE", "none", HTTPS, false],
  ["POST", null, HTTPS, true],
  ["POST", null, `${HTTPS}.evil.example`, false],
  ["PATCH", null, null, false],
  ["GET", "cross-site", "https://evil.example", true],
] as const)("%s from %s with Origin %s: ours is %s", (method, secFetchSite, origin, isOwn) => {
  expect(isOwnRequest({ method, secFetchSite, origin }, HTTPS)).toBe(isOwn);
});

describe("a passkey proof", () => {
  const token = { id: "1", kind: "adm", scopes: ["desk:review"], plugins: null, hint: "xxxx", expiresAt: 0 } as const;
  const operator: AccountPrincipal = { kind: "account", accountId: "1", isOperator: true, token };
  const at = (provenAt: number | null): AccountPrincipal => ({
    ...operator,
    session: { idHash: "a", method: "link", createdAt: 0, provenAt },
  });
  const site = (marketplace: string) => ({ origin: HTTPS, marketplace, localOrigins: [] });
  const world = (marketplace: string, lastProof: number | null = null) => ({
    clock: { now: () => NOON },
    site: site(marketplace),
    sessions: { lastProof: async () => lastProof } as never,
  });
  const now = NOON / 1000;

  it("counts ten minutes, from its session alone, and not before it happened", () => {
    expect([0, 600, 601, -1].map((age) => isFreshProof(now - age, now))).toEqual([true, true, false, false]);
    expect(refuseWithoutProof(world("plugins.example.com"), at(now - 600))).toBeNull();
    for (const provenAt of [null, now - 601])
      expect(refuseWithoutProof(world("localhost"), at(provenAt))).toMatchObject({ reason: "proof_required" });
  });

  it("cannot come with a token, except where the marketplace is localhost", () => {
    expect(refuseWithoutProof(world("plugins.example.com"), operator)).toMatchObject({ facts: { needs: "session" } });
    expect(refuseWithoutProof(world("localhost"), operator)).toBeNull();
  });

  it("beside a tool is one of any session of its person", async () => {
    expect(await refuseWithoutPerson(world("plugins.example.com", now - 60), operator)).toBeNull();
    expect(await refuseWithoutPerson(world("plugins.example.com", now - 601), operator)).not.toBeNull();
    expect(await refuseWithoutPerson(world("plugins.example.com", now), at(null))).not.toBeNull();
  });
});

it("reads codes however a person types them, and nothing else", () => {
  const draw = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const code = makeRecoveryCode(draw);
  expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(readRecoveryCode(` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o")}`)).toBe(
    code.replaceAll("-", ""),
  );
  for (const text of ["", "ABCD", `${code}A`, code.replace(/.$/, "!")]) expect(readRecoveryCode(text)).toBeNull();
  const user = makeUserCode(draw);
  expect(user).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  expect(readUserCode(user.toLowerCase().replace("-", ""))).toBe(user.replace("-", ""));
  for (const text of ["", "AEIO-UAEI", `${user}B`]) expect(readUserCode(text)).toBeNull();
});

it("counts an IPv6 network as one caller", () => {
  expect(networkOf("2001:db8::1")).toBe(networkOf("2001:db8:0:0:ffff::9"));
  expect(networkOf("2001:db8::1")).not.toBe(networkOf("2001:db8:0:1::1"));
  expect([networkOf("203.0.113.9"), networkOf(null), networkOf("nonsense")]).toEqual([
    "203.0.113.9",
    "unknown",
    "unknown",
  ]);
});
