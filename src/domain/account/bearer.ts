import { type Bytes, decodeHex } from "../bytes.ts";

/** `<apiKey>:<hex HMAC-SHA256(apiSecret, apiKey:timestamp)>:<timestamp in ms>`, the connector's credential. */
export interface InstanceBearer {
  readonly apiKey: string;
  readonly signature: Bytes;
  /** What was signed. */
  readonly message: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/** Split at the last two colons; null where a part cannot be one. */
export function parseInstanceBearer(text: string): InstanceBearer | null {
  const parts = /^([\x21-\x7e]{1,200}):([0-9a-f]{64}):([0-9]{1,15})$/.exec(text);
  if (parts === null) return null;
  const [, apiKey, hex, timestamp] = parts as unknown as [string, string, string, string];
  const signature = decodeHex(hex);
  return signature && { apiKey, signature, message: `${apiKey}:${timestamp}`, timestamp: Number(timestamp) };
}

export const CLOCK_WINDOW_SECONDS = 300;
