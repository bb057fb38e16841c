import { encodeBase64url } from "../domain/bytes.ts";
import { type KeyPurpose, kidOf, type SigningKey, signingKeyAt } from "../domain/license/keyset.ts";
import { unixSeconds } from "../domain/time.ts";
import { createSigner, type Ed25519Signer, keyIdOf } from "../domain/trust/signer.ts";
import { type LicenseSigners, SignerUnavailable } from "../market/license/keyset-ports.ts";
import type { Clock, RotatingSigner, Signer } from "../market/ports.ts";

const signers = new Map<string, Ed25519Signer>();

/** The receipt key; its id is the hex SHA-256 of the public key. */
export function createReceiptSigner(pkcs8: string | undefined): Signer {
  return openKey("receipt", pkcs8, keyIdOf);
}

/** `LICENSE_KEY_<PURPOSE>_<NAME>`: a private half, base64 PKCS#8; its kid follows from the key, so the name says nothing. */
const SECRET = /^LICENSE_KEY_(LEASE|OFFLINE|LIST)_[A-Z0-9]{1,32}$/;
/** The first lease key has a name of its own. */
const FIRST_LEASE_KEY = "LEASE_KEY_PKCS8";

/**
 * The keys of leases, offline files and the list. Every secret of the right name is a private half; which of them signs is
 * said by the published key set alone (src/domain/license/KEYS.md). Before the first document the first one does.
 */
export function createLicenseSigners(
  secrets: Readonly<Record<string, unknown>>,
  published: (now: number) => Promise<readonly SigningKey[]>,
  clock: Clock,
): LicenseSigners {
  const halves = Object.entries(secrets)
    .flatMap(([name, value]): { purpose: KeyPurpose; name: string; signer: Signer }[] => {
      const purpose = purposeOf(name);
      if (purpose === null || typeof value !== "string" || value === "") return [];
      return [{ purpose, name, signer: openKey(purpose, value, (key) => kidOf(purpose, key)) }];
    })
    .sort(
      (a, b) => Number(b.name === FIRST_LEASE_KEY) - Number(a.name === FIRST_LEASE_KEY) || (a.name < b.name ? -1 : 1),
    );

  let names: Promise<ReadonlyMap<string, Signer>> | undefined;
  const named = () => {
    names ??= Promise.all(halves.map(async ({ signer }) => [await signer.keyId(), signer] as const)).then(
      (pairs) => new Map(pairs),
    );
    return names;
  };
  return {
    async current(purpose) {
      const now = unixSeconds(clock.now());
      const keys = await published(now);
      if (keys.length === 0) {
        const first = halves.find((half) => half.purpose === purpose);
        if (first === undefined) throw new SignerUnavailable(`the ${purpose} key is not configured`);
        return first.signer;
      }
      const held = await named();
      const key = signingKeyAt(
        keys.filter(({ kid }) => held.has(kid)),
        purpose,
        now,
      );
      const signer = key === null ? undefined : held.get(key.kid);
      if (signer === undefined) throw new SignerUnavailable(`no published ${purpose} key may sign now`);
      return signer;
    },
    held: () =>
      Promise.all(
        halves.map(async ({ purpose, signer }) => ({
          kid: await signer.keyId(),
          purpose,
          x: encodeBase64url(await signer.publicKey()),
        })),
      ),
  };
}

/** The signer of a purpose as one object: each call asks anew which key is in use. */
export function rotating(keys: LicenseSigners, purpose: KeyPurpose): RotatingSigner {
  return {
    current: () => keys.current(purpose),
    keyId: async () => (await keys.current(purpose)).keyId(),
    publicKey: async () => (await keys.current(purpose)).publicKey(),
    sign: async (message) => (await keys.current(purpose)).sign(message),
  };
}

function purposeOf(name: string): KeyPurpose | null {
  if (name === FIRST_LEASE_KEY) return "lease";
  return (SECRET.exec(name)?.[1]?.toLowerCase() as KeyPurpose | undefined) ?? null;
}

/** Base64 PKCS#8, read once per isolate. Without a key every use throws: nothing leaves unsigned. */
function openKey(
  purpose: string,
  pkcs8: string | undefined,
  nameKey: (publicKey: Uint8Array) => Promise<string>,
): Signer {
  if (!pkcs8) return absentKey(purpose);
  const name = `${purpose}\n${pkcs8}`;
  const kept = signers.get(name);
  if (kept !== undefined) return kept;
  const bytes = Uint8Array.from(atob(pkcs8.trim()), (char) => char.charCodeAt(0));
  let keyId: Promise<string> | undefined;
  const made = createSigner(bytes, nameKey);
  if (made === null) throw new Error(`the ${purpose} key is no PKCS#8 Ed25519 key`);
  // Every signature names its key: the name is made once.
  const signer: Ed25519Signer = {
    ...made,
    keyId() {
      keyId ??= made.keyId();
      return keyId;
    },
  };
  signers.set(name, signer);
  return signer;
}

function absentKey(purpose: string): Signer {
  const fail = () => Promise.reject(new Error(`the ${purpose} key is not configured`));
  return { keyId: fail, publicKey: fail, sign: fail };
}
