import { describe, expect, it } from "vitest";
import { authenticate } from "../../../src/market/account/authenticate.ts";
import type { InstanceCredential } from "../../../src/market/account/ports.ts";
import type { World } from "../../../src/market/ports.ts";
import { createCredentialMemory } from "../../../src/storage/account/credential-memory.ts";

const NOON = 1_800_000_000;
const KEY = `mk_${"a".repeat(22)}`;

/** One instance whose secret is `secret` now; the signature is the secret's own bytes, 32 of them. */
function setting() {
  const state = { now: NOON, reads: 0, secret: 1, isSuspended: false };
  const memory = createCredentialMemory();
  const credentialNow = (): InstanceCredential => ({
    instanceId: "5",
    accountId: "1",
    publisherId: null,
    isSuspended: state.isSuspended,
    apiSecret: { purpose: "test", row: KEY, sealed: String(state.secret) },
  });
  const world = {
    clock: { now: () => state.now * 1000 },
    hmac: { sign: async ({ sealed }: { sealed: string }) => new Uint8Array(32).fill(Number(sealed)) },
    instances: {
      async findCredential() {
        state.reads += 1;
        return credentialNow();
      },
    },
  } as unknown as World;
  const call = async (secret: number, remembers = true) => {
    const signature = secret.toString(16).padStart(2, "0").repeat(32);
    const authorization = `Bearer ${KEY}:${signature}:${state.now * 1000}`;
    const answer = await authenticate(world, { authorization, address: null, ...(remembers ? { memory } : {}) });
    return answer.ok;
  };
  return { state, call };
}

describe("an instance that pings", () => {
  it("is read once for half a minute, and every time where nothing is remembered", async () => {
    const { state, call } = setting();
    for (let i = 0; i < 3; i++) expect(await call(1)).toBe(true);
    expect(state.reads).toBe(1);
    expect(await call(1, false)).toBe(true);
    expect(state.reads).toBe(2);
    state.now += 30;
    expect(await call(1)).toBe(true);
    expect(state.reads).toBe(3);
  });

  it("uses its new secret at once, and the old one for half a minute at most", async () => {
    const { state, call } = setting();
    await call(1);
    state.secret = 2;
    expect(await call(1)).toBe(true);
    expect(await call(2)).toBe(true);
    expect(await call(1)).toBe(false);
    state.secret = 3;
    state.now += 30;
    expect(await call(2)).toBe(false);
  });

  it("is not remembered as suspended", async () => {
    const { state, call } = setting();
    state.isSuspended = true;
    await call(1);
    await call(1);
    expect(state.reads).toBe(2);
  });
});
