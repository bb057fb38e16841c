import { ALGORITHMS } from "../../domain/account/passkey.ts";
import { decodeBase64url, encodeBase64url } from "../../domain/bytes.ts";
import type { PasskeyVerifier } from "../../market/account/session-ports.ts";

/** The library comes with the first ceremony of an isolate: nothing else pays for it. */
const load = () => import("@simplewebauthn/server");

type Registration = Parameters<Awaited<ReturnType<typeof load>>["verifyRegistrationResponse"]>[0]["response"];
type Authentication = Parameters<Awaited<ReturnType<typeof load>>["verifyAuthenticationResponse"]>[0]["response"];

/** Passkeys of one origin; the relying party is its host name. Whatever the library throws about an answer is a refusal. */
export function createPasskeyVerifier(origin: string): PasskeyVerifier {
  const expected = { expectedOrigin: origin, expectedRPID: new URL(origin).hostname, requireUserVerification: true };
  return {
    async registration(answer, challenge) {
      const { verifyRegistrationResponse } = await load();
      const checked = await verifyRegistrationResponse({
        ...expected,
        response: answer as unknown as Registration,
        expectedChallenge: challenge,
        supportedAlgorithmIDs: [...ALGORITHMS],
      }).catch(() => null);
      const info = checked?.registrationInfo;
      if (!checked?.verified || info === undefined) return null;
      return {
        credentialId: info.credential.id,
        publicKey: encodeBase64url(info.credential.publicKey),
        counter: info.credential.counter,
        transports: info.credential.transports ?? [],
        isBackedUp: info.credentialBackedUp,
      };
    },

    async authentication(answer, challenge, passkey) {
      const publicKey = decodeBase64url(passkey.publicKey);
      if (publicKey === null) throw new Error("a stored passkey is no base64url");
      const { verifyAuthenticationResponse } = await load();
      const checked = await verifyAuthenticationResponse({
        ...expected,
        response: answer as unknown as Authentication,
        expectedChallenge: challenge,
        credential: { id: passkey.credentialId, publicKey, counter: passkey.counter },
      }).catch(() => null);
      if (!checked?.verified) return null;
      return {
        counter: checked.authenticationInfo.newCounter,
        isBackedUp: checked.authenticationInfo.credentialBackedUp,
      };
    },
  };
}
