import { type Bytes, concatBytes } from "../domain/bytes.ts";

/** The whole body, or null as soon as more than `maxBytes` came in. */
export async function readBounded(request: Request, maxBytes: number): Promise<Bytes | null> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > maxBytes) return null;
  if (request.body === null) return new Uint8Array();
  if (declared !== null) {
    // HTTP ends a body of declared length there, so it can be read in one go.
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > maxBytes ? null : bytes;
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    total += part.length;
    if (total > maxBytes) return null;
    parts.push(part);
  }
  return concatBytes(...parts);
}
