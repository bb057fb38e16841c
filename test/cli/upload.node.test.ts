import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { upload } from "../../src/cli/work/upload.ts";

const BYTES = new Uint8Array(5 * 1024 * 1024).map((_, i) => i % 251);

async function withServer(listener: RequestListener, work: (url: URL) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/plugins`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("an upload", () => {
  it("arrives as a form any parser reads, with its length known and its progress told", async () => {
    let form: FormData | undefined;
    const listener: RequestListener = async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      expect(request.headers["content-length"]).toBe(String(body.length));
      const type = request.headers["content-type"] ?? "";
      form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
      response.end("{}");
    };
    await withServer(listener, async (url) => {
      const told: number[] = [];
      const parts = [
        { name: "plugin", content: '{"name":"ä"}', type: "application/json" },
        { name: "bundle", content: BYTES, fileName: 'a"b\r\n.rbsm', type: "application/vnd.rbsm+zip" },
      ];
      const answer = await upload(url, { authorization: "Bearer x" }, parts, (sent, total) => told.push(sent / total));
      expect(answer).toEqual({ status: 200, text: "{}" });
      expect(form?.get("plugin")).toBe('{"name":"ä"}');
      const file = form?.get("bundle") as File;
      expect(file.name).toBe("a_b__.rbsm");
      expect(new Uint8Array(await file.arrayBuffer())).toEqual(BYTES);
      expect(told[0]).toBe(0);
      expect(told.at(-1)).toBe(1);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.length).toBeGreaterThan(50);
    });
  });

  it("that is answered before it was read ends with that answer", () =>
    withServer(
      (_, response) => {
        response.writeHead(413, { connection: "close" });
        response.end('{"code":"BODY_TOO_LARGE"}');
      },
      async (url) => {
        const answer = await upload(url, {}, [{ name: "bundle", content: BYTES, fileName: "a.rbsm" }]);
        expect(answer).toEqual({ status: 413, text: '{"code":"BODY_TOO_LARGE"}' });
      },
    ));

  it("that is cut off rejects", () =>
    withServer(
      (request) => request.socket.destroy(),
      async (url) => {
        await expect(upload(url, {}, [{ name: "bundle", content: BYTES }])).rejects.toThrow();
      },
    ));

  it("whose answer is cut off rejects", () =>
    withServer(
      (request, response) => {
        request.resume();
        response.writeHead(200, { "content-length": "100" });
        response.write("{", () => request.socket.destroy());
      },
      async (url) => {
        await expect(upload(url, {}, [{ name: "bundle", content: "x" }])).rejects.toThrow();
      },
    ));
});
