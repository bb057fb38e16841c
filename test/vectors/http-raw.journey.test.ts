import net from "node:net";
import { describe, expect, inject, it } from "vitest";
import { type PathVector, type RawVector, vectors } from "./http-vectors.ts";

const { url, demo } = inject("marketplace");
const REQUESTS = vectors<RawVector>("raw-requests");
const PATHS = vectors<PathVector>("paths");
const QUIET_MS = 400;
const HANG_MS = 8000;

interface Reply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** How many status lines came back. */
  readonly responses: number;
  readonly isClosed: boolean;
}

/** Sends these bytes and listens until the other side closes or falls silent; null where it only closes. */
function exchange(bytes: Uint8Array): Promise<Reply | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname === "localhost" ? "127.0.0.1" : hostname);
    let heard = "";
    let silence: NodeJS.Timeout | undefined;
    const end = (isClosed: boolean): void => {
      clearTimeout(silence);
      clearTimeout(hang);
      socket.destroy();
      resolve(heard === "" ? null : parseReply(heard, isClosed));
    };
    const hang = setTimeout(() => {
      socket.destroy();
      reject(new Error(`nothing was answered within ${HANG_MS} ms`));
    }, HANG_MS);
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (data) => {
      heard += data.toString("latin1");
      clearTimeout(silence);
      silence = setTimeout(end, QUIET_MS, false);
    });
    socket.on("close", () => end(true));
    // A front that closes while it is still being written to resets the connection.
    socket.on("error", () => end(true));
  });
}

function parseReply(text: string, isClosed: boolean): Reply {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const lines = head.split("\r\n");
  const headers = new Map(
    lines.slice(1).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]),
    headers,
    body: rest.join("\r\n\r\n"),
    responses: text.match(/^HTTP\/1\.[01] \d{3} /gm)?.length ?? 0,
    isClosed,
  };
}

/** The vectors speak of an API without a version and name two filters otherwise; the lengths of bodies stay. */
function ours(text: string): string {
  return text
    .replace("/api/me", "/v1/whoami")
    .replace("/api/", "/v1/")
    .replace("plugins?q=", "plugins?query=")
    .replace("?sort=", "?sortBy=");
}

/** Answered by workerd's own HTTP front before any Worker runs: which status, and why not another. */
const FRONT: Readonly<Record<string, readonly [status: number, why: string]>> = {
  "raw-two-hosts": [500, "two Host headers: the front fails, deployed the edge answers 400"],
  "raw-long-method": [501, "a method that HTTP does not know: refused as not implemented"],
};
/** Accepted where the vectors would refuse. */
const TAKEN: Readonly<Record<string, string>> = {
  "raw-host-userinfo": "the front drops what stands before the @; nothing of ours reads the Host",
  "raw-authority": "the front reads a target without a scheme as a host of its own: our own page, nothing is fetched",
  "raw-big-header": "the front bounds no header (deployed, the edge refuses beyond 128 KiB); nothing of ours reads it",
  "raw-cl-big-promise": "401 comes first: nobody's promise is not weighed; with a token it is 413, below",
  "path-44": "there are no cursors: unknown parameters are ignored, since the host sends filters of its own",
  "path-46": "an odd order is the usual one: lists forgive what a filter cannot mean",
};

const encoder = new TextEncoder();
const INTERNALS =
  /SQLITE_|D1_(?:ERROR|EXEC_ERROR|TYPE_ERROR|COLUMN_NOTFOUND|DUMP_ERROR)|\bat \S+ \(|\.ts:\d|\/(?:work|home|tmp|src)\//;

function checkReply(id: string, expected: string, reply: Reply | null): void {
  if (reply === null) {
    expect(expected, `${id} was closed without an answer`).toMatch(/close/);
    return;
  }
  const where = `${id} (${expected}): ${reply.status} ${reply.body.slice(0, 200)}`;
  expect(reply.responses, where).toBe(1);
  expect(reply.body, where).not.toMatch(INTERNALS);
  expect(reply.headers.get("x-injected"), where).toBeUndefined();
  expect(reply.headers.get("location") ?? "", where).not.toContain("evil");
  expect(reply.body, where).not.toMatch(/(?:href|src|action|content|url)="?[^"\s]*evil\.invalid/);
  const front = FRONT[id];
  if (front !== undefined) expect(reply.status, where).toBe(front[0]);
  else if (reply.status !== 501 || !expected.includes("501")) expect(reply.status, where).toBeLessThan(500);
  if (front === undefined && !(id in TAKEN)) expect(String(reply.status), where).toMatch(statusesOf(expected));
  // Of ours, every answer says what may be kept of it.
  if (reply.headers.has("x-request-id")) expect(reply.headers.get("cache-control"), where).toBeTruthy();
}

/** Statuses that the words of an expectation allow. */
function statusesOf(expected: string): RegExp {
  if (/own content|normalised|ignored|never trusted|configured origin|as \/admin/.test(expected)) return /^[234]\d\d$/;
  const said: string[] = expected.match(/\b(?:[24]xx|\d{3})\b/g) ?? [];
  if (/clamp|documented/.test(expected)) said.push("2xx");
  if (/redirect/.test(expected) && !/no redirect/.test(expected)) said.push("308");
  return said.length === 0 ? /^[24]\d\d$/ : new RegExp(`^(?:${said.join("|").replaceAll("xx", "\\d\\d")})$`);
}

if (REQUESTS.length > 0) {
  describe("raw requests", () => {
    it.each(REQUESTS.map((vector) => [vector.id, vector] as const))("%s", async (id, vector) => {
      const text = Buffer.from(vector.requestBase64, "base64").toString("latin1");
      checkReply(id, vector.expect, await exchange(Buffer.from(ours(text), "latin1")));
    });
  });

  describe("raw paths", () => {
    it.each(PATHS.map((vector) => [vector.id, vector] as const))("%s", async (id, vector) => {
      const request = `GET ${ours(vector.path)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      checkReply(id, vector.expect === "same" ? "404" : vector.expect, await exchange(encoder.encode(request)));
    });
  });
}

describe("a promise of four gigabytes", () => {
  it("is refused with 413 before anything is read, to those who may upload", async () => {
    const head = [
      "POST /v1/plugins HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${demo.publisher.token}`,
      "Content-Type: multipart/form-data; boundary=x",
      "Content-Length: 4294967296",
    ];
    const reply = await exchange(encoder.encode(`${head.join("\r\n")}\r\n\r\n`));
    expect([reply?.status, reply?.responses]).toEqual([413, 1]);
    expect(reply?.body).toContain("BODY_TOO_LARGE");
  });
});

it("the marketplace still answers", async () => {
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

if (REQUESTS.length === 0) it("HTTP vectors are not here", () => expect(PATHS).toEqual([]));
