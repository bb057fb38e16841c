import { decodeHex } from "../../../src/domain/bytes.ts";
import { releaseClaims, requestClaims, signByDevice } from "../../../src/domain/license/offline.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { nowSeconds } from "../../clock.ts";

/** A machine without a network: a key of its own, and the files it writes. `seed` is two hex digits. */
export function airGapped(seed: string) {
  const bytes = decodeHex(seed.repeat(32));
  const signer = bytes === null ? null : createSigner(pkcs8OfSeed(bytes));
  if (signer === null) throw new Error("no seed");
  let made = 0;
  return {
    publicKey: () => signer.publicKey(),
    async request(pluginId: string, over: Partial<Parameters<typeof requestClaims>[0]> = {}): Promise<string> {
      const nonce = `${seed}${++made}`.padEnd(22, "A");
      const claims = requestClaims({ pluginId, version: "1.0.0", nonce, issuedAt: nowSeconds(), ...over });
      return signByDevice(await signer.publicKey(), signer.sign, claims);
    },
    release: async (jti: string) =>
      signByDevice(await signer.publicKey(), signer.sign, releaseClaims(jti, nowSeconds())),
  };
}
