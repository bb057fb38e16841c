import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import { authorizationOf, type Credentials } from "../../../src/sdk/credentials.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The browser went away before the answer. */
  isCancelled: boolean;
}

export interface HostServer {
  readonly url: string;
  /** What the page asked the marketplace, oldest first. */
  readonly asked: Asked[];
  stop(): Promise<void>;
}

/** A host as it should be: serves its page and speaks to the marketplace for it; the credential stays here. */
export async function startHost(marketplace: string, credentials: Credentials): Promise<HostServer> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const script = outputFiles[0]?.text ?? "";
  const asked: Asked[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const target = incoming.url ?? "/";
    if (target === "/page.js") return answer(outgoing, 200, "text/javascript", script);
    if (!target.startsWith("/v1/"))
      return answer(outgoing, 200, "text/html", '<!doctype html><body><script type="module" src="/page.js"></script>');
    const one: Asked = { method: incoming.method ?? "GET", path: target.slice(3), isCancelled: false };
    asked.push(one);
    outgoing.on("close", () => {
      one.isCancelled = !outgoing.writableFinished;
    });
    if (target.includes("query=slow")) return;
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const type = incoming.headers["content-type"];
    const response = await fetch(marketplace + target, {
      method: one.method,
      headers: {
        authorization: await authorizationOf(credentials, Date.now()),
        ...(type === undefined ? {} : { "content-type": type }),
      },
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    answer(outgoing, response.status, "application/json", await response.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(outgoing: http.ServerResponse, status: number, type: string, body: string): void {
  outgoing.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  outgoing.end(body);
}
