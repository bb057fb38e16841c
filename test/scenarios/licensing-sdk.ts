import { createHash } from "node:crypto";
import { encodeBase64url } from "../../src/domain/bytes.ts";
import { keysetClaims, LONGEST_SIGNING, type SigningKey, VERIFY_TAIL } from "../../src/domain/license/keyset.ts";
import { openRequest } from "../../src/domain/license/offline.ts";
import { createSigner, pkcs8OfSeed } from "../../src/domain/trust/signer.ts";
import {
  createLicenseGuard,
  type DeviceIdentity,
  type Fetch,
  type LicenseGuardOptions,
  type LicenseStorage,
  memoryStorage,
  type RootKey,
} from "../../src/sdk/license/index.ts";
import {
  type Asked,
  HARDWARE,
  leaseAt,
  makeSigner,
  NOON,
  ORIGIN,
  playMarketplace,
  type Signer,
} from "../sdk/license/marketplace.ts";

export { type Asked, HARDWARE, leaseAt, makeSigner, NOON, ORIGIN, playMarketplace, type Signer };
export const DAY = 86_400;
export const KEY = { licenseKey: "rbsm_live_x", hardwareId: HARDWARE, version: "1.0.0" };

/** A device with a clock that the test turns, and a marketplace of its own time. Both run on by `pass`. */
export interface Bench {
  local: number;
  running: number;
  market: number;
  readonly storage: LicenseStorage;
  pass(seconds: number): void;
  guard(fetch: Fetch, over?: Partial<LicenseGuardOptions>): ReturnType<typeof createLicenseGuard>;
}

export function openBench(signer: Signer): Bench {
  const bench: Bench = {
    local: NOON,
    running: 0,
    market: NOON,
    storage: memoryStorage(),
    pass(seconds) {
      bench.local += seconds;
      bench.running += seconds;
      bench.market += seconds;
    },
    guard: (fetch, over = {}) =>
      createLicenseGuard({
        marketplace: ORIGIN,
        pluginId: "7",
        keys: [signer.key],
        credentials: { apiKey: "mk_1", apiSecret: "ms_1" },
        storage: bench.storage,
        fetch,
        clock: { now: () => bench.local * 1000, running: () => bench.running * 1000 },
        chance: () => 0.5,
        hardwareId: HARDWARE,
        instanceId: "5",
        ...over,
      }),
  };
  return bench;
}

export const NO_LINE: Fetch = () => Promise.reject(new Error("no line"));

export async function leaseFor(signer: Signer, asked: Asked, iat: number, over: Record<string, unknown> = {}) {
  const lease = await signer.sign(leaseAt(iat, { ...asked.bound, ...over }));
  return { status: 200, body: { code: "VALID", class: "ok", lease } };
}

export async function verdictFor(
  signer: Signer,
  asked: Asked,
  code: string,
  codeClass: string,
  iat: number,
  status = 403,
) {
  const claims = { iss: ORIGIN, aud: "rbsm:verdict:7", tok: "verdict", code, class: codeClass, iat, ...asked.bound };
  return { status, body: { code, class: codeClass, message: `It is ${code}.`, verdict: await signer.sign(claims) } };
}

/** A device with a key of its own. */
export async function makeDevice(seed: number): Promise<DeviceIdentity> {
  const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(seed)));
  if (signer === null) throw new Error("no seed");
  return { publicKey: encodeBase64url(await signer.publicKey()), sign: signer.sign };
}

/** What the marketplace makes of a request: the lease of a file, signed by its offline key. */
export async function answerFile(signer: Signer, request: string, iat: number, over: Record<string, unknown> = {}) {
  const asked = await openRequest(request);
  if (asked === null) throw new Error("not a request");
  const rqh = createHash("sha256").update(request).digest("base64url");
  const exp = iat + 30 * DAY;
  return signer.sign(
    leaseAt(iat, { off: true, exp, rfa: exp, cnf: { jkt: asked.deviceJkt }, nonce: asked.nonce, rqh, ...over }),
  );
}

export function entryOf(
  signer: Signer,
  purpose: SigningKey["purpose"],
  from: number,
  over: Partial<SigningKey> = {},
): SigningKey {
  const signUntil = over.signUntil ?? from + LONGEST_SIGNING[purpose];
  return {
    kid: signer.key.kid,
    purpose,
    x: signer.key.x,
    signFrom: from,
    signUntil,
    verifyUntil: signUntil + VERIFY_TAIL[purpose],
    revokedFrom: null,
    revokeMode: null,
    ...over,
  };
}

export function rootOf({ key }: Signer): RootKey {
  return { kid: key.kid, x: key.x };
}

export function documentBy(
  root: Signer,
  version: number,
  keys: readonly SigningKey[],
  issuedAt: number,
  issuer = ORIGIN,
) {
  return root.sign(keysetClaims({ issuer, version, issuedAt, keys }));
}
