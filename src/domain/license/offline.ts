import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { crc32 } from "../bundle/crc32.ts";
import { type Bytes, decodeBase64url, encodeBase64url, encodeUtf8 } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import type { JsonObject } from "../json/json.ts";
import { parseJson } from "../json/strict.ts";
import { openCompact } from "../trust/jws.ts";
import { checkSealKey } from "../trust/seal-key.ts";
import { deviceThumbprint } from "./device-key.ts";
import { parseHardwareId } from "./identity.ts";
import { crockford } from "./key.ts";

/** A request fits a QR code. */
export const MAX_REQUEST_BYTES = 1024;
const MAX_DEPTH = 4;
const NONCE = /^[A-Za-z0-9_-]{22,43}$/;
const JTI = /^lse_[0-9A-HJKMNP-TV-Z]{26}$/;
const VERSION = /^[0-9A-Za-z.+-]{1,64}$/;

/** What an air-gapped device asks for (OFFLINE.md, Request). */
export interface OfflineRequest {
  readonly pluginId: string;
  readonly version: string;
  readonly nonce: string;
  readonly issuedAt: number;
  readonly hardwareId: string | null;
  readonly components: readonly string[];
  /** base64url of the 32 bytes of an X25519 key; the answer is then readable to the device alone. */
  readonly sealKey: string | null;
  /** RFC 7638 thumbprint of the key that signed. */
  readonly deviceJkt: string;
  /** base64url SHA-256 of the request's text: its identity. */
  readonly requestHash: string;
}

export interface OfflineRelease {
  readonly jti: string;
  readonly deviceJkt: string;
}

type Sign = (message: Uint8Array) => Promise<Uint8Array>;

/** A JWS by the device's own key, which stands in its header: proof that somebody holds that key, and nothing else. */
export async function signByDevice(publicKey: Uint8Array, sign: Sign, claims: JsonObject): Promise<string> {
  const input = `${encodeText(headerOf(encodeBase64url(publicKey)))}.${encodeText(JSON.stringify(claims))}`;
  return `${input}.${encodeBase64url(await sign(encodeUtf8(input)))}`;
}

/** The text of a `.rbsm-req`. */
export function requestClaims(request: {
  readonly pluginId: string;
  readonly version: string;
  readonly nonce: string;
  readonly issuedAt: number;
  readonly hardwareId?: string | undefined;
  readonly components?: readonly string[] | undefined;
  readonly sealKey?: string | undefined;
}): JsonObject {
  return {
    tok: "offline-request",
    v: 1,
    pluginId: request.pluginId,
    version: request.version,
    nonce: request.nonce,
    iat: request.issuedAt,
    ...(request.hardwareId === undefined ? {} : { hw: request.hardwareId }),
    ...(request.components === undefined ? {} : { components: request.components }),
    ...(request.sealKey === undefined ? {} : { seal: request.sealKey }),
  };
}

/** A request whose device proved its key; null for anything else. */
export async function openRequest(text: string): Promise<OfflineRequest | null> {
  const opened = await openByDevice(text);
  if (opened === null || opened.claims.tok !== "offline-request" || opened.claims.v !== 1) return null;
  const { pluginId, version, nonce, iat, hw, components, seal } = opened.claims;
  if (typeof pluginId !== "string" || !/^[1-9][0-9]{0,14}$/.test(pluginId)) return null;
  if (typeof version !== "string" || !VERSION.test(version)) return null;
  if (typeof nonce !== "string" || !NONCE.test(nonce) || !Number.isSafeInteger(iat) || (iat as number) < 0) return null;
  const hardwareId = hw === undefined ? null : typeof hw === "string" ? parseHardwareId(hw) : undefined;
  if (hardwareId === undefined || (hw !== undefined && hardwareId === null)) return null;
  if (seal !== undefined && (typeof seal !== "string" || !isSealKey(seal))) return null;
  if (components !== undefined && !areComponents(components)) return null;
  return {
    pluginId,
    version,
    nonce,
    issuedAt: iat as number,
    hardwareId,
    components: (components as readonly string[] | undefined) ?? [],
    sealKey: (seal as string | undefined) ?? null,
    deviceJkt: opened.deviceJkt,
    requestHash: await hashOf(text),
  };
}

export function releaseClaims(jti: string, issuedAt: number): JsonObject {
  return { tok: "offline-release", v: 1, jti, iat: issuedAt };
}

/** A `.rbsm-rel` whose device proved its key; null for anything else. */
export async function openRelease(text: string): Promise<OfflineRelease | null> {
  const opened = await openByDevice(text);
  if (opened === null || opened.claims.tok !== "offline-release" || opened.claims.v !== 1) return null;
  const { jti } = opened.claims;
  return typeof jti === "string" && JTI.test(jti) ? { jti, deviceJkt: opened.deviceJkt } : null;
}

/** base64url SHA-256 of a request's text, without the white space that mail and clipboards add around it. */
export async function hashOf(text: string): Promise<string> {
  return encodeBase64url(await sha256(text.trim()));
}

/** One request, one lease: its identity follows from the request. */
export async function offlineJti(requestHash: string): Promise<string> {
  return `lse_${crockford(await sha256(`rbsm-off\0${requestHash}`), 26)}`;
}

/** Ten characters; the last two are a check, so that a slip of the pen costs no read. */
export function makeHandoffCode(random: Bytes): string {
  const body = crockford(random, 8);
  return body + checkOf(body);
}

/** A handoff code as somebody typed it, in its one spelling; null where the check fails. */
export function parseHandoffCode(input: string): string | null {
  if (input.length > 64) return null;
  const code = input
    .replace(/[\s-]/g, "")
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]{10}$/.test(code)) return null;
  return checkOf(code.slice(0, 8)) === code.slice(8) ? code : null;
}

const SEALED = "rbsm-sealed-lease-1";

/** The file for a device that gave a key: HPKE (X25519, HKDF-SHA256, AES-256-GCM), bound to the request it answers. */
export async function sealLease(sealKey: string, requestHash: string, lease: string): Promise<string> {
  const key = decodeBase64url(sealKey);
  if (key === null || checkSealKey(key) !== null) throw new Error("a checked key was refused");
  const suite = makeSuite();
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(exact(key)),
    info: infoOf(requestHash),
  });
  const sealed = await sender.seal(exact(encodeUtf8(lease)));
  return [
    SEALED,
    await recipientOf(key),
    encodeBase64url(new Uint8Array(sender.enc)),
    encodeBase64url(new Uint8Array(sealed)),
  ].join(".");
}

export function isSealedLease(file: string): boolean {
  return file.startsWith(`${SEALED}.`);
}

/** Whether a sealed file was made for this X25519 key; what is damaged further in is found when it is opened. */
export async function isSealedFor(publicKey: Uint8Array, file: string): Promise<boolean> {
  return file.split(".")[1] === (await recipientOf(publicKey));
}

/** The lease inside a sealed file, or null: another device, another request, changed bytes. */
export async function openSealedLease(
  privateKey: CryptoKey,
  requestHash: string,
  file: string,
): Promise<string | null> {
  const parts = file.split(".");
  const enc = decodeBase64url(parts[2] ?? "");
  const sealed = decodeBase64url(parts[3] ?? "");
  if (parts.length !== 4 || parts[0] !== SEALED || enc?.length !== 32 || sealed === null || checkSealKey(enc) !== null)
    return null;
  try {
    const recipient = await makeSuite().createRecipientContext({
      recipientKey: privateKey,
      enc: exact(enc),
      info: infoOf(requestHash),
    });
    return new TextDecoder().decode(await recipient.open(exact(sealed)));
  } catch {
    return null;
  }
}

/** Names the key a file is for, so that a foreign file and a damaged one are told apart. */
async function recipientOf(key: Uint8Array): Promise<string> {
  return encodeBase64url((await sha256(key)).subarray(0, 9));
}

async function openByDevice(text: string): Promise<{ claims: JsonObject; deviceJkt: string } | null> {
  const token = text.trim();
  if (token.length > MAX_REQUEST_BYTES) return null;
  const header = decodeBase64url(token.split(".")[0] ?? "");
  const spelled = header === null ? "" : new TextDecoder().decode(header);
  const x = /^\{"alg":"EdDSA","jwk":\{"crv":"Ed25519","kty":"OKP","x":"([A-Za-z0-9_-]{43})"\},"typ":"JWT"\}$/.exec(
    spelled,
  )?.[1];
  const publicKey = x === undefined ? null : decodeBase64url(x);
  if (x === undefined || publicKey === null) return null;
  const deviceJkt = await deviceThumbprint({ kty: "OKP", crv: "Ed25519", x });
  if (deviceJkt === null) return null;
  const payload = await openCompact(token, headerOf(x), publicKey);
  const claims = payload === null ? null : parseJson(payload, { maxDepth: MAX_DEPTH, numbers: "integer" });
  if (claims === null || !claims.ok) return null;
  const { value } = claims;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return { claims: value as JsonObject, deviceJkt };
}

function headerOf(x: string): string {
  return JSON.stringify({ alg: "EdDSA", jwk: { crv: "Ed25519", kty: "OKP", x }, typ: "JWT" });
}

function checkOf(body: string): string {
  const value = crc32(encodeUtf8(`rbsm-handoff ${body}`)) & 0x3ff;
  return crockford(new Uint8Array([value >> 2, (value & 3) << 6]), 2);
}

function isSealKey(text: string): boolean {
  const key = decodeBase64url(text);
  return key !== null && checkSealKey(key) === null;
}

function areComponents(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length <= 16 && value.every((one) => typeof one === "string" && one.length <= 128)
  );
}

function encodeText(text: string): string {
  return encodeBase64url(encodeUtf8(text));
}

function makeSuite(): CipherSuite {
  return new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
}

function infoOf(requestHash: string): ArrayBuffer {
  return exact(encodeUtf8(`rbsm-offline-lease/1\n${requestHash}`));
}

/** HPKE takes buffers: one that holds exactly these bytes. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
