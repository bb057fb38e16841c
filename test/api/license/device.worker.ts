import { encodeBase64url, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { sha256 } from "../../../src/domain/digest.ts";
import { deviceThumbprint } from "../../../src/domain/license/device-key.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import type { Answer, TestInstance } from "./shop.worker.ts";

/** What a proof says; any member can be made wrong. */
export interface ProofOptions {
  readonly method?: string;
  readonly url?: string;
  readonly at?: number;
  readonly nonce?: string;
  readonly requestHash?: string;
  /** Members of the header beyond alg, typ and jwk. */
  readonly header?: object;
  readonly claims?: object;
}

export interface TestDevice {
  readonly deviceKey: { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string };
  readonly jkt: string;
  /** A `Device-Proof` for a request with this body. */
  readonly prove: (method: string, path: string, body?: unknown, over?: ProofOptions) => Promise<string>;
  /** The call with its proof and, where one is given, as an instance; else without any credential. */
  readonly send: (method: string, path: string, body?: unknown, as?: TestInstance) => Promise<Answer>;
}

/** A device with a key of its own. */
export async function makeDevice(): Promise<TestDevice> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const { x } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as { x: string };
  const deviceKey = { kty: "OKP", crv: "Ed25519", x } as const;
  const prove: TestDevice["prove"] = async (method, path, body, over = {}) => {
    const raw = encodeUtf8(body === undefined ? "" : JSON.stringify(body));
    const sent = (body as { nonce?: string } | undefined)?.nonce;
    const header = { alg: "EdDSA", typ: "JWT", jwk: deviceKey, ...over.header };
    const claims = {
      htm: over.method ?? method,
      htu: over.url ?? `${ORIGIN}${path}`,
      iat: over.at ?? Math.floor(Date.now() / 1000),
      nonce: over.nonce ?? sent ?? freshNonce(),
      rqh: over.requestHash ?? encodeBase64url(await sha256(raw)),
      ...over.claims,
    };
    const [first, second] = [header, claims].map((part) => encodeBase64url(encodeUtf8(JSON.stringify(part))));
    const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, encodeUtf8(`${first}.${second}`));
    return `${first}.${second}.${encodeBase64url(new Uint8Array(signature))}`;
  };
  return {
    deviceKey,
    jkt: (await deviceThumbprint(deviceKey)) as string,
    prove,
    async send(method, path, body, as) {
      const headers = { "device-proof": await prove(method, path, body) };
      if (as !== undefined) return as.send(method, path, body, headers);
      return call(method, path, { headers, ...(body === undefined ? {} : { body }) });
    },
  };
}

export function freshNonce(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(24)));
}

/** The claims of a signed document, unverified. */
// biome-ignore lint/suspicious/noExplicitAny: claims are read by the test that knows their shape
export function claimsOf(token: string): any {
  return JSON.parse(atob((token.split(".")[1] as string).replaceAll("-", "+").replaceAll("_", "/")));
}
