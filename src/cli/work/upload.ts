import { randomBytes } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { concatBytes, encodeUtf8 } from "../../domain/bytes.ts";

/** One field of a form; with a file name it is a file. */
export interface Part {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly fileName?: string;
  readonly type?: string;
}

const CHUNK_BYTES = 65_536;
/** Without a byte moving in either direction for this long, the connection counts as dead. */
const IDLE_MS = 60_000;

/** Sends a form with a known length and tells how far it is. `fetch` cannot say what has been sent. */
export function upload(
  url: URL,
  headers: Readonly<Record<string, string>>,
  parts: readonly Part[],
  onProgress: (sentBytes: number, totalBytes: number) => void = () => {},
): Promise<{ readonly status: number; readonly text: string }> {
  const boundary = `rbsm-${randomBytes(16).toString("hex")}`;
  const body = encodeForm(boundary, parts);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-length": String(body.length),
      },
      timeout: IDLE_MS,
    });
    request.on("timeout", () =>
      request.destroy(Object.assign(new Error("no answer in time"), { name: "TimeoutError" })),
    );
    let isAnswering = false;
    // A server may answer (too large) before it has read everything; its answer counts, not the broken pipe.
    request.on("error", (error) => {
      if (!isAnswering) reject(error);
    });
    request.on("response", (response) => {
      isAnswering = true;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    const send = (at: number) => {
      onProgress(at, body.length);
      if (at >= body.length) request.end();
      else request.write(body.subarray(at, at + CHUNK_BYTES), () => send(Math.min(at + CHUNK_BYTES, body.length)));
    };
    send(0);
  });
}

function encodeForm(boundary: string, parts: readonly Part[]): Uint8Array {
  const pieces = parts.flatMap(({ name, content, fileName, type }) => {
    const file = fileName === undefined ? "" : `; filename="${fileName.replaceAll(/[^A-Za-z0-9._-]/g, "_")}"`;
    const media = type === undefined ? "" : `content-type: ${type}\r\n`;
    return [
      encodeUtf8(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n${media}\r\n`),
      typeof content === "string" ? encodeUtf8(content) : content,
      encodeUtf8("\r\n"),
    ];
  });
  return concatBytes(...pieces, encodeUtf8(`--${boundary}--\r\n`));
}
