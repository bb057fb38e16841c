import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { Fetch } from "../../../src/sdk/http.ts";
import type { LeaseKey } from "../../../src/sdk/license/index.ts";

/** 2027-01-15T08:00:00Z, Unix seconds. */
export const NOON = 1_800_000_000;
export const HARDWARE = "ab".repeat(32);
export const ORIGIN = "https://market.example";

export interface Signer {
  readonly key: LeaseKey;
  sign(claims: JWTPayload & Record<string, unknown>): Promise<string>;
}

/** A lease key in the hands of a foreign JOSE library. */
export async function makeSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { x } = await exportJWK(publicKey);
  return {
    key: { kid, x: x as string },
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", kid, typ: "JWT" }).sign(privateKey),
  };
}

/** Claims of a good lease issued at `iat`. */
export function leaseAt(iat: number, over: Record<string, unknown> = {}): JWTPayload & Record<string, unknown> {
  return {
    iss: ORIGIN,
    aud: "rbsm:plugin:7",
    sub: "act_1",
    jti: `lse_${iat}`,
    iat,
    nbf: iat - 120,
    exp: iat + 604_800,
    v: 1,
    tok: "lease",
    lic: "42",
    ins: "5",
    iid: "0b0b0b0b-0000-4000-8000-000000000001",
    hw: HARDWARE,
    st: "active",
    tier: "basic",
    ent: ["basic"],
    lim: { apiCalls: 10_000 },
    rfa: iat + 86_400,
    ver: "1.0.0",
    ep: 3,
    env: "production",
    ...over,
  };
}

export interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** What a true answer says about this request. */
  readonly bound: { readonly nonce: unknown; readonly rqh: string };
}

/** A marketplace that answers as the test says and remembers what it was asked. */
export function playMarketplace(answer: (asked: Asked) => Promise<{ status: number; body: unknown }>): {
  readonly fetch: Fetch;
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  return {
    asked,
    async fetch(url, init) {
      const text = String(init.body);
      const body = JSON.parse(text) as Record<string, unknown>;
      const rqh = createHash("sha256").update(text).digest("base64url");
      const one = { path: url.slice(ORIGIN.length), body, bound: { nonce: body.nonce, rqh } };
      asked.push(one);
      const { status, body: said } = await answer(one);
      return Response.json(said, { status });
    },
  };
}
