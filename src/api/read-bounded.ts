import { type Bytes, concatBytes } from "../domain/bytes.ts";

/** The whole body, or null as soon as more than `maxBytes` came in. */
export async function readBounded(request: Request, maxBytes: number): Promise<Bytes | null> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return null;
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    total += part.length;
    if (total > maxBytes) return null;
    parts.push(part);
  }
  return concatBytes(...parts);
}
