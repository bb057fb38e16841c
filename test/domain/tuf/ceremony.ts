import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { composeRoot, composeTargets } from "../../../src/domain/tuf/compose.ts";
import { signDocument, type TufSigner, tufKey } from "../../../src/domain/tuf/sign.ts";

export function signerOf(seed: number): TufSigner {
  const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(seed)));
  if (signer === null) throw new Error("no signer");
  return signer;
}
export const ROOT_PEOPLE = [signerOf(1), signerOf(2), signerOf(3)];
export const TARGETS_PEOPLE = [signerOf(4), signerOf(5), signerOf(6)];
export const ONLINE = { revocations: signerOf(7), bins: signerOf(8), snapshot: signerOf(9), timestamp: signerOf(10) };
export const OTHER_KEYS = { receipt: [{ keyId: "r1", publicKey: "ab" }], lease: [], log: [] };

export async function keysOf(signers: readonly TufSigner[]) {
  return Promise.all(signers.map(async (signer) => tufKey(await signer.publicKey())));
}

export async function rootDocument(
  version: number,
  now: number,
  change: { people?: TufSigner[]; signers?: TufSigner[]; timestamp?: TufSigner; snapshot?: TufSigner } = {},
) {
  const people = change.people ?? ROOT_PEOPLE;
  const root = await composeRoot({
    version,
    now,
    root: await keysOf(people),
    targets: await keysOf(TARGETS_PEOPLE),
    snapshot: tufKey(await (change.snapshot ?? ONLINE.snapshot).publicKey()),
    timestamp: tufKey(await (change.timestamp ?? ONLINE.timestamp).publicKey()),
    others: OTHER_KEYS,
  });
  return signDocument(root, change.signers ?? people.slice(0, 2));
}

export async function targetsDocument(version: number, now: number, bins: TufSigner = ONLINE.bins) {
  const keys = {
    revocations: tufKey(await ONLINE.revocations.publicKey()),
    bins: tufKey(await bins.publicKey()),
  };
  return signDocument(await composeTargets(version, now, keys), TARGETS_PEOPLE.slice(1));
}
