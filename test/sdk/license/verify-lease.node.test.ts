import { beforeAll, describe, expect, it } from "vitest";
import { type LeaseExpectation, verifyLease, verifyVerdict } from "../../../src/sdk/license/index.ts";
import { HARDWARE, leaseAt, makeSigner, NOON, ORIGIN, type Signer } from "./marketplace.ts";

let signer: Signer;
let stranger: Signer;
let expected: LeaseExpectation;
const binding = { nonce: "AAECAwQFBgcICQoLDA0ODw", requestHash: "9TgNRNAqwP3bmbhVL6Pwlk_Xk7U7X5ggC_exfJKSXUU" };

beforeAll(async () => {
  signer = await makeSigner("l-1");
  stranger = await makeSigner("l-1");
  expected = {
    issuer: ORIGIN,
    pluginId: "7",
    keys: [signer.key],
    now: NOON + 60,
    instanceId: "5",
    hardwareId: HARDWARE,
  };
});

describe("a lease made by another JOSE library", () => {
  it("is good for its plugin, instance and device", async () => {
    const verified = await verifyLease(await signer.sign(leaseAt(NOON)), expected);
    expect(verified).toMatchObject({ ok: true, value: { leaseId: `lse_${NOON}`, tier: "basic", epoch: 3 } });
  });

  it("verifies as the published vector says", async () => {
    const token =
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImwtdGVzdC0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL21hcmtldC5leGFtcGxlIiwiYXVkIjoicmJzbTpwbHVnaW46NyIsInN1YiI6ImFjdF8xIiwianRpIjoibHNlXzEiLCJpYXQiOjE4MDAwMDAwMDAsIm5iZiI6MTc5OTk5OTg4MCwiZXhwIjoxODAwNjA0ODAwLCJ2IjoxLCJ0b2siOiJsZWFzZSIsImxpYyI6IjQyIiwiaW5zIjoiNSIsInN0IjoiYWN0aXZlIiwidGllciI6ImJhc2ljIiwicmZhIjoxODAwMDgwMDAwLCJlcCI6MywiZW52IjoicHJvZHVjdGlvbiIsIm5vbmNlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EdyIsInJxaCI6IjlUZ05STkFxd1AzYm1iaFZMNlB3bGtfWGs3VTdYNWdnQ19leGZKS1NYVVUifQ.1TskdZQZVg3_xUVmPjfivW5RNx5tfsaI5CC62Io5PC4vaDbGWLrOYJ0GZyqTojMyg9Qqv_i4MCWsY0vz4K2VCQ";
    const keys = [{ kid: "l-test-1", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }];
    // The vector has no installation id, which every lease of ours carries: the signature is what is compared.
    expect(await verifyLease(token, { ...expected, keys, binding })).toEqual({
      ok: false,
      problem: "AUDIENCE_MISMATCH",
    });
    const [head, claims] = token.split(".");
    expect(await verifyLease(`${head}.${claims}.${"A".repeat(86)}`, { ...expected, keys })).toEqual({
      ok: false,
      problem: "SIGNATURE_INVALID",
    });
  });

  it.each<[string, Record<string, unknown>, Partial<LeaseExpectation>, string]>([
    ["of another marketplace", { iss: "https://other.example" }, {}, "AUDIENCE_MISMATCH"],
    ["for another plugin", { aud: "rbsm:plugin:8" }, {}, "AUDIENCE_MISMATCH"],
    ["that is a verdict", { tok: "verdict" }, {}, "AUDIENCE_MISMATCH"],
    ["of another version of the format", { v: 2 }, {}, "AUDIENCE_MISMATCH"],
    ["for another instance", { ins: "6" }, {}, "AUDIENCE_MISMATCH"],
    ["for other hardware", { hw: "cd".repeat(32) }, {}, "AUDIENCE_MISMATCH"],
    ["bound to a device key that is not ours", { cnf: { jkt: "other" } }, { deviceKey: "mine" }, "DEVICE_KEY_MISMATCH"],
    ["bound to a device key where we have none", { cnf: { jkt: "other" } }, {}, "DEVICE_KEY_MISMATCH"],
    ["that is simulated", { sim: true }, {}, "AUDIENCE_MISMATCH"],
    ["of an earlier epoch", { ep: 2 }, { highestEpoch: 3 }, "EPOCH_ROLLBACK"],
    ["older than one seen before", {}, { newestIssue: NOON + 1 }, "REPLAYED"],
    ["that answers another request", { nonce: "x".repeat(22), rqh: binding.requestHash }, { binding }, "REPLAYED"],
    ["that answers another body", { nonce: binding.nonce, rqh: "x" }, { binding }, "REPLAYED"],
    ["that answers nobody", {}, { binding }, "REPLAYED"],
    ["at the second it ends", {}, { now: NOON + 604_800 }, "LEASE_EXPIRED"],
    ["from more than five minutes ahead", {}, { now: NOON - 301 }, "CLOCK_ROLLBACK"],
    ["with limits that are no numbers", { lim: { apiCalls: "many" } }, {}, "AUDIENCE_MISMATCH"],
    ["without an end", { exp: undefined }, {}, "AUDIENCE_MISMATCH"],
  ])("is refused %s", async (_, claims, over, problem) => {
    const token = await signer.sign(leaseAt(NOON, claims));
    expect(await verifyLease(token, { ...expected, ...over })).toEqual({ ok: false, problem });
  });

  it("is good to the last second, from two minutes before its issue, and when simulated in a test build", async () => {
    const token = await signer.sign(leaseAt(NOON));
    expect((await verifyLease(token, { ...expected, now: NOON + 604_799 })).ok).toBe(true);
    expect((await verifyLease(token, { ...expected, now: NOON - 120 })).ok).toBe(true);
    const simulated = await signer.sign(leaseAt(NOON, { sim: true }));
    expect((await verifyLease(simulated, { ...expected, allowsSimulated: true })).ok).toBe(true);
  });

  it("counts as an answer only to the request it names, whatever our clock says", async () => {
    const token = await signer.sign(leaseAt(NOON, { nonce: binding.nonce, rqh: binding.requestHash }));
    expect((await verifyLease(token, { ...expected, binding, now: NOON - 90_000 })).ok).toBe(true);
    expect((await verifyLease(token, { ...expected, binding, now: NOON + 9_000_000 })).ok).toBe(true);
  });
});

describe("the key of a lease", () => {
  it("must be pinned: a stranger's under the same name is a forgery, an unknown name asks for a newer list", async () => {
    expect(await verifyLease(await stranger.sign(leaseAt(NOON)), expected)).toEqual({
      ok: false,
      problem: "SIGNATURE_INVALID",
    });
    const other = await makeSigner("l-2");
    expect(await verifyLease(await other.sign(leaseAt(NOON)), expected)).toEqual({
      ok: false,
      problem: "KEYSET_STALE",
    });
  });

  it("may be retired or revoked, which is not a forgery", async () => {
    const token = await signer.sign(leaseAt(NOON));
    const retired = { ...expected, keys: [{ ...signer.key, retired: true as const }] };
    const revoked = { ...expected, keys: [{ ...signer.key, revoked: true as const }] };
    expect(await verifyLease(token, retired)).toEqual({ ok: false, problem: "SIGNER_RETIRED" });
    expect(await verifyLease(token, revoked)).toEqual({ ok: false, problem: "SIGNER_REVOKED" });
  });

  it.each(["", "a.b", "a.b.c", "a.b.c.d", "....", "\u0000"])("opens no token spelled %j", async (token) => {
    expect(await verifyLease(token, expected)).toEqual({ ok: false, problem: "SIGNATURE_INVALID" });
  });
});

describe("a verdict", () => {
  const says = { iss: ORIGIN, aud: "rbsm:verdict:7", tok: "verdict", code: "REVOKED", class: "conclusive", iat: NOON };
  const bound = { nonce: binding.nonce, rqh: binding.requestHash };

  it("is believed with the nonce and body of its request", async () => {
    const token = await signer.sign({ ...says, ...bound });
    const verified = await verifyVerdict(token, { ...expected, binding });
    expect(verified).toMatchObject({ ok: true, value: { code: "REVOKED", class: "conclusive", issuedAt: NOON } });
  });

  it.each<[string, Record<string, unknown>]>([
    ["REPLAYED", {}],
    ["REPLAYED", { ...bound, nonce: "other" }],
    ["AUDIENCE_MISMATCH", { ...bound, aud: "rbsm:verdict:8" }],
    ["AUDIENCE_MISMATCH", { ...bound, tok: "lease" }],
  ])("is refused as %s otherwise", async (problem, over) => {
    const token = await signer.sign({ ...says, ...over });
    expect(await verifyVerdict(token, { ...expected, binding })).toEqual({ ok: false, problem });
  });
});
