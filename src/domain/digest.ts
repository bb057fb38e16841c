import { type Bytes, encodeHex, encodeUtf8 } from "./bytes.ts";

export async function sha256(data: Uint8Array | string): Promise<Bytes> {
  const bytes = typeof data === "string" ? encodeUtf8(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Bytes));
}

/** Lower-case hex SHA-256. */
export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  return encodeHex(await sha256(data));
}

export async function sha512Hex(data: Uint8Array): Promise<string> {
  return encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-512", data as Bytes)));
}
