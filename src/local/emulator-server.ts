import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createEmulator, type Emulator } from "../sdk/testing/index.ts";
import { type DataFolder, writePrivate } from "./data-folder.ts";

/** What the emulated instance has received so far, for people and tests who want to see it. */
export const RECEIVED_PATH = "/__received";

export interface EmulatorServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** The `rk_…` key under which the marketplace calls the instance. */
  readonly apiKey: string;
  readonly emulator: Emulator;
  /** Pages of the instance, once it knows its credentials. */
  show(pages: (request: Request) => Promise<Response | null>): void;
  stop(): Promise<void>;
}

/** The demo's Rising-BSM instance: the SDK's emulator behind a loopback port, the same one on every start if it is free. */
export async function startEmulator(data: DataFolder, preferred: number): Promise<EmulatorServer> {
  const apiKey = await keepApiKey(data);
  const emulator = createEmulator({ apiKey });
  let pages: (request: Request) => Promise<Response | null> = async () => null;
  const server = http.createServer(async (incoming, outgoing) => {
    if (incoming.url === RECEIVED_PATH) return outgoing.end(JSON.stringify(emulator.webhooks));
    const request = await toRequest(incoming);
    const answer = (await pages(request)) ?? (await emulator.fetch(request));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  const port = await listen(server, preferred);
  return {
    origin: `http://127.0.0.1:${port}`,
    apiKey,
    emulator,
    show(next) {
      pages = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function keepApiKey(data: DataFolder): Promise<string> {
  const file = path.join(data.root, "instance.json");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return (JSON.parse(kept) as { apiKey: string }).apiKey;
  const apiKey = `rk_live_${randomBytes(32).toString("hex")}`;
  await writePrivate(file, { apiKey });
  return apiKey;
}

async function toRequest(incoming: http.IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers.set(name, String(value));
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://${incoming.headers.host ?? "127.0.0.1"}${incoming.url ?? "/"}`, {
    method,
    headers,
    ...(hasBody ? { body: Buffer.concat(parts) } : {}),
  });
}

function listen(server: http.Server, preferred: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const listening = (): void => resolve((server.address() as AddressInfo).port);
    server.once("error", () => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", listening);
    });
    server.listen(preferred, "127.0.0.1", listening);
  });
}
