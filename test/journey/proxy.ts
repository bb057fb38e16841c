import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Swap {
  readonly bundle?: Buffer;
  readonly release?: unknown;
  readonly latest?: string;
}

/** The marketplace as seen through somebody in between, who swaps one answer. */
export async function startProxy(
  url: string,
  swap: Swap,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    void fetch(`${url}${request.url}`).then(async (answer) => {
      const path = request.url ?? "";
      let body = Buffer.from(await answer.arrayBuffer());
      if (swap.bundle && path.startsWith("/bundles/")) body = swap.bundle as Buffer<ArrayBuffer>;
      if (swap.release && path.endsWith("/release")) body = Buffer.from(JSON.stringify(swap.release));
      if (swap.latest && path.endsWith("/versions")) {
        const list = JSON.parse(body.toString());
        list.versions = list.versions.filter((row: { version: string }) => row.version === swap.latest);
        body = Buffer.from(JSON.stringify({ ...list, latest: swap.latest, count: 1 }));
      }
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
