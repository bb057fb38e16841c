import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { importJWK, jwtVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { openCompact, openJws, openOwnJws, signJws } from "../../../src/domain/trust/jws.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";

const FILE = path.resolve(import.meta.dirname, "../../../../shared/vectors/jws-jcs/jws-eddsa.json");
const KID = "l-test-1";
const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x33)), async () => KID) as Ed25519Signer;
const keys = [{ kid: KID, publicKey: await signer.publicKey() }];

async function sealed(header: string, payload: string): Promise<string> {
  const signed = `${encodeBase64url(encodeUtf8(header))}.${encodeBase64url(encodeUtf8(payload))}`;
  return `${signed}.${encodeBase64url(await signer.sign(encodeUtf8(signed)))}`;
}

describe("a token of ours", () => {
  it("opens with its key and gives its claims back", async () => {
    const token = await signJws({ sub: "act_1", n: 3 }, signer);
    expect(await openJws(token, keys)).toEqual({ ok: true, value: { kid: KID, claims: { sub: "act_1", n: 3 } } });
  });

  it("is recognized by whoever signed it, and by nobody else", async () => {
    const token = await signJws({ sub: "act_1" }, signer);
    expect(await openOwnJws(token, signer)).toEqual({ sub: "act_1" });
    const other = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x44)), async () => KID) as Ed25519Signer;
    expect(await openOwnJws(token, other)).toBeNull();
    expect(await openOwnJws(token, { ...signer, keyId: async () => "l-other" })).toBeNull();
    for (const at of [5, token.indexOf(".") + 2, token.length - 3]) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(await openOwnJws(changed, signer)).toBeNull();
    }
    expect(await openOwnJws(await sealed('{"alg":"none"}', "{}"), signer)).toBeNull();
    expect(await openOwnJws("", signer)).toBeNull();
  });

  it("is what jose makes and takes", async () => {
    const x = encodeBase64url(await signer.publicKey());
    const d = encodeBase64url(new Uint8Array(32).fill(0x33));
    const publicKey = await importJWK({ kty: "OKP", crv: "Ed25519", x }, "EdDSA");
    const privateKey = await importJWK({ kty: "OKP", crv: "Ed25519", x, d }, "EdDSA");
    const ours = await signJws({ sub: "act_1" }, signer);
    const { payload } = await jwtVerify(ours, publicKey, { algorithms: ["EdDSA"] });
    expect(payload).toEqual({ sub: "act_1" });
    const theirs = await new SignJWT({ sub: "act_1" })
      .setProtectedHeader({ alg: "EdDSA", kid: KID, typ: "JWT" })
      .sign(privateKey);
    expect(theirs).toBe(ours);
  });

  it("is the published lease, byte for byte in its meaning", async () => {
    const lease =
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImwtdGVzdC0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL21hcmtldC5leGFtcGxlIiwiYXVkIjoicmJzbTpwbHVnaW46NyIsInN1YiI6ImFjdF8xIiwianRpIjoibHNlXzEiLCJpYXQiOjE4MDAwMDAwMDAsIm5iZiI6MTc5OTk5OTg4MCwiZXhwIjoxODAwNjA0ODAwLCJ2IjoxLCJ0b2siOiJsZWFzZSIsImxpYyI6IjQyIiwiaW5zIjoiNSIsInN0IjoiYWN0aXZlIiwidGllciI6ImJhc2ljIiwicmZhIjoxODAwMDgwMDAwLCJlcCI6MywiZW52IjoicHJvZHVjdGlvbiIsIm5vbmNlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EdyIsInJxaCI6IjlUZ05STkFxd1AzYm1iaFZMNlB3bGtfWGs3VTdYNWdnQ19leGZKS1NYVVUifQ.1TskdZQZVg3_xUVmPjfivW5RNx5tfsaI5CC62Io5PC4vaDbGWLrOYJ0GZyqTojMyg9Qqv_i4MCWsY0vz4K2VCQ";
    const publicKey = decodeBase64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") as Uint8Array;
    const opened = await openJws(lease, [{ kid: KID, publicKey }]);
    expect(opened).toMatchObject({
      ok: true,
      value: { claims: { iss: "https://market.example", tok: "lease", ep: 3 } },
    });
  });

  it("is refused in any other form, with the reason", async () => {
    const good = await signJws({ a: 1 }, signer);
    const [header = "", payload = "", signature = ""] = good.split(".");
    const table: readonly (readonly [string, string])[] = [
      ["document_malformed", `${good}=`],
      ["document_malformed", ` ${good}`],
      ["document_malformed", `${good}.`],
      ["document_malformed", `${header}.${payload}`],
      ["document_malformed", await sealed(`{"alg":"EdDSA","typ":"JWT","kid":"${KID}"}`, "{}")],
      ["document_malformed", await sealed(`{"alg":"EdDSA","kid":"${KID}"}`, "{}")],
      ["document_malformed", await sealed(`{"alg":"EdDSA","kid":"${KID}","typ":"JWT","crit":[]}`, "{}")],
      ["document_malformed", await sealed(`{"alg":"EdDSA","kid":"${KID}","typ":"jwt"}`, "{}")],
      ["document_malformed", await sealed(`{"alg":"Ed25519","kid":"${KID}","typ":"JWT"}`, "{}")],
      ["document_malformed", await sealed(`{"alg":"EdDSA","kid":"${KID}","typ":"JWT"}`, "[1]")],
      ["document_malformed", await sealed(`{"alg":"EdDSA","kid":"${KID}","typ":"JWT"}`, "{")],
      ["signature_malformed", `${header}.${payload}.`],
      ["signature_malformed", `${header}.${payload}.${signature.slice(0, -2)}`],
      ["signature_invalid", `${header}.${encodeBase64url(encodeUtf8('{"a":2}'))}.${signature}`],
      ["key_unknown", await sealed('{"alg":"EdDSA","kid":"l-other","typ":"JWT"}', "{}")],
    ];
    for (const [reason, token] of table)
      expect(await openJws(token, keys), token).toMatchObject({ ok: false, problem: { reason } });
  });
});

if (!existsSync(FILE)) {
  it("the JWS vectors are not here", () => expect(existsSync(FILE)).toBe(false));
} else {
  describe("published JWS forms", () => {
    const { publicKey, cases } = JSON.parse(readFileSync(FILE, "utf8")) as {
      publicKey: { x: string };
      cases: readonly { id: string; jws: string; expect: "accept" | "reject" | "either" }[];
    };
    const key = decodeBase64url(publicKey.x) as Uint8Array;

    it("are refused or accepted as published", async () => {
      const wrong: string[] = [];
      for (const { id, jws, expect: expected } of cases) {
        const isOpen = (await openCompact(jws, '{"alg":"EdDSA"}', key)) !== null;
        const isLease = (await openJws(jws, [{ kid: "test", publicKey: key }])).ok;
        if (expected !== "either" && isOpen !== (expected === "accept")) wrong.push(id);
        if (isLease) wrong.push(`${id}: taken for a lease`);
      }
      expect(wrong).toEqual([]);
    });
  });
}
