import { beforeAll, describe, expect, it } from "vitest";
import { leaseClaims } from "../../../src/domain/license/lease.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { type Beat, type BeatWorld, beat } from "../../../src/market/license/beat.ts";
import { signClaims, signVerdict } from "../../../src/market/license/sign.ts";
import { licenseOf, NOON } from "../../domain/license/license.ts";

const ORIGIN = "http://localhost:8787";
const ACTIVATION = `act_${"1".repeat(20)}`;
const INSTALLATION = "3b0d6f0e-0000-4000-8000-000000000001";
const JKT = "A".repeat(43);
const NOBODY = { kind: "anonymous" } as const;

const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(9)), async () => "l-here");
if (signer === null) throw new Error("no signer");

let touched = 0;
let isUntouched = true;
let now = NOON;
/** Whatever reads or writes anything but these fails the test. */
const world = new Proxy(
  {
    leaseSigner: { current: async () => signer },
    site: { origin: ORIGIN, marketplace: "localhost", localOrigins: [] },
    clock: { now: () => now * 1000 },
    revocationWatch: {
      async isUntouched() {
        touched += 1;
        return isUntouched;
      },
    },
  },
  {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      throw new Error(`the database was asked: ${String(name)}`);
    },
  },
) as unknown as BeatWorld;

async function leaseOf(jkt: string | null): Promise<string> {
  const subject = {
    activationId: ACTIVATION,
    installationId: INSTALLATION,
    hardwareId: null,
    deviceJkt: jkt,
    environment: "production",
    version: "1.0.0",
    jti: "lse_1",
    listEpoch: 7,
  } as const;
  const { claims } = leaseClaims(ORIGIN, licenseOf(), subject, { entitlements: [], limits: {} }, {}, NOON);
  return signClaims(world, claims);
}

let lease: string;
let seen: string;
beforeAll(async () => {
  lease = await leaseOf(JKT);
  seen = await signVerdict(world, "7", { sub: ACTIVATION, ep: 3, seen: NOON }, {}, NOON);
});

const ping = (over: Partial<Beat> = {}, iid = ACTIVATION) =>
  beat(world, NOBODY, iid, {
    lease,
    seen,
    proofs: [{ jkt: JKT, nonce: "n".repeat(32) }],
    binding: { nonce: "n".repeat(32), requestHash: "h" },
    ...over,
  });
const toDatabase = /the database was asked: licenses/;

describe("a ping that carries its lease and the last mark", () => {
  it("asks no database and writes nothing", async () => {
    now = NOON + 899;
    touched = 0;
    const answered = await ping();
    expect(answered).toMatchObject({
      ok: true,
      value: { code: "VALID", class: "ok", activationId: ACTIVATION, installationId: INSTALLATION, commands: [] },
    });
    expect(touched).toBe(1);
  });

  it.each([
    ["a mark of a quarter of an hour", {}, 900],
    ["a mark from the future", {}, -1],
    ["usage to count", { usage: { apiCalls: 1 } }, 1],
    ["commands to acknowledge", { acks: [1] }, 1],
    ["another jti", { jti: "lse_0" }, 1],
    ["no proof", { proofs: [] }, 1],
    ["another key's proof", { proofs: [{ jkt: "B".repeat(43), nonce: "n".repeat(32) }] }, 1],
    ["no mark", { seen: undefined }, 1],
    ["a lease for a mark", { seen: "lease" }, 1],
    ["a refresh that is due", {}, 86_400],
  ] as const)("goes to the database with %s", async (_, over, later) => {
    now = NOON + later;
    const sent = "seen" in over && over.seen === "lease" ? { seen: lease } : over;
    await expect(ping(sent as Partial<Beat>)).rejects.toThrow(toDatabase);
  });

  it("goes to the database for another installation, a touched license, and a lease without a device key", async () => {
    now = NOON + 1;
    await expect(ping({}, `act_${"2".repeat(20)}`)).rejects.toThrow(toDatabase);
    isUntouched = false;
    await expect(ping()).rejects.toThrow(toDatabase);
    isUntouched = true;
    await expect(ping({ lease: await leaseOf(null) })).rejects.toThrow(toDatabase);
    expect((await ping()).ok).toBe(true);
  });

  it("serves a lease without a device key to its instance", async () => {
    now = NOON + 1;
    const instance = {
      kind: "instance",
      instanceId: "5",
      accountId: "1",
      publisherId: null,
      isSuspended: false,
      driftSeconds: 0,
    } as const;
    const keyless = { lease: await leaseOf(null), seen, binding: {} };
    expect((await beat(world, instance, INSTALLATION, keyless)).ok).toBe(true);
    await expect(beat(world, { ...instance, instanceId: "6" }, INSTALLATION, keyless)).rejects.toThrow(toDatabase);
    await expect(beat(world, { ...instance, isSuspended: true }, INSTALLATION, keyless)).rejects.toThrow(toDatabase);
  });
});
