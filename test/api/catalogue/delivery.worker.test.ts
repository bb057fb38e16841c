import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { passTime } from "../../clock.ts";
import { png } from "../../domain/bundle/pictures.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import {
  decide,
  type Instance,
  makeInstance,
  makePublisher,
  makeRelease,
  type Publisher,
  publish,
  upload,
} from "../publish/market.worker.ts";

type Release = Awaited<ReturnType<typeof makeRelease>>;
const LIMITS = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };
const PAID = {
  pricing: {
    currency: "EUR",
    tiers: [{ id: "basic", price: 900, interval: "month", features: ["All"], limits: LIMITS }],
  },
};
const PICTURES = { icon: "icons/icon.png", screenshots: [{ file: "screenshots/one.png", alt: "What it looks like" }] };

let acme: Publisher;
let instance: Instance;
let free: Release;
let paid: Release;
let paidId = "";
let freeId = "";
let licenseKey = "";

beforeAll(async () => {
  acme = await makePublisher("acme");
  instance = await makeInstance(acme.token);
  const files = new Map([
    ["icons/icon.png", png(128, 128)],
    ["screenshots/one.png", png(640, 360)],
  ]);
  free = await makeRelease(acme, "free-plugin", { manifest: PICTURES, files });
  paid = await makeRelease(acme, "paid-plugin", { manifest: { ...PAID, ...PICTURES }, files });
  freeId = (await publish(acme, free)).pluginId;
  paidId = (await publish(acme, paid)).pluginId;
  licenseKey = await sell("1");
});

async function sell(userId: string): Promise<string> {
  const sold = await call("POST", "/v1/licenses", {
    bearer: acme.token,
    body: { instanceId: instance.id, pluginId: paidId, userId, type: "basic", maxInstalls: 3 },
  });
  if (sold.status !== 201) throw new Error(JSON.stringify(sold.body));
  return sold.body.licenseKey;
}

const held = (answer: { headers: Headers }) => answer.headers;

async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await exports.default.fetch(path.startsWith("http") ? path : `${ORIGIN}${path}`, {
    method,
    headers,
  });
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

describe("a public bundle", () => {
  const path = () => `/bundles/${free.sha256}.rbsm`;

  it("comes whole with its headers", async () => {
    const { status, headers, bytes } = await get(path());
    expect(status).toBe(200);
    expect(bytes).toEqual(free.bytes);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable, no-transform",
      etag: `"${free.sha256}"`,
      "accept-ranges": "bytes",
      "content-length": String(free.bytes.length),
      "content-type": "application/vnd.rbsm+zip",
      "content-disposition": 'attachment; filename="free-plugin-1.0.0.rbsm"',
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "ETag, Repr-Digest, Content-Range, Accept-Ranges",
    });
    const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", free.bytes))));
    expect(headers.get("repr-digest")).toBe(`sha-256=:${digest}:`);
  });

  it("comes in parts that make the whole, and answers conditions", async () => {
    const size = free.bytes.length;
    const first = await get(path(), { range: "bytes=0-99" });
    const rest = await get(path(), { range: "bytes=100-", "if-range": `"${free.sha256}"` });
    expect([first.status, rest.status]).toEqual([206, 206]);
    expect(first.headers.get("content-range")).toBe(`bytes 0-99/${size}`);
    expect([...first.bytes, ...rest.bytes]).toEqual([...free.bytes]);
    expect((await get(path(), { range: "bytes=-10" })).bytes).toEqual(free.bytes.slice(-10));
    const beyond = await get(path(), { range: `bytes=${size}-` });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    expect(beyond.headers.get("content-type")).toBe("application/problem+json");
    const known = await get(path(), { "if-none-match": `"x", W/"${free.sha256}"`, range: "bytes=0-1" });
    expect([known.status, known.bytes.length, known.headers.get("etag")]).toEqual([304, 0, `"${free.sha256}"`]);
    expect(known.headers.get("cache-control")).toContain("immutable");
    const changed = await get(path(), { range: "bytes=0-1", "if-range": '"other"' });
    expect([changed.status, changed.bytes.length]).toEqual([200, size]);
    const head = await get(path(), { range: "bytes=0-1" }, "HEAD");
    expect([head.status, head.bytes.length, head.headers.get("content-length")]).toEqual([200, 0, String(size)]);
  });

  it("is all that has an address: gated, unpublished and unknown digests are 404, a blocked one is 410", async () => {
    const staged = await makeRelease(acme, "not-yet");
    await upload(acme.token, { bundle: staged.bytes, statement: staged.statement });
    const odd = ["ab".repeat(32), paid.sha256, staged.sha256, free.sha256.toUpperCase(), `${free.sha256}0`, "x"];
    for (const digest of odd) expect((await get(`/bundles/${digest}.rbsm`)).status, digest).toBe(404);
    const block = (state: string) =>
      env.DB.prepare("UPDATE releases SET state = ? WHERE sha256 = ?").bind(state, free.sha256).run();
    await block("blocked");
    passTime(3);
    const blocked = await get(path());
    expect([blocked.status, blocked.headers.get("cache-control")]).toEqual([410, "no-store"]);
    expect((await get(`/f/${free.sha256}/icons/icon.png`)).status).toBe(404);
    await block("yanked");
    passTime(3);
    expect((await get(path())).status).toBe(200);
    await block("published");
  });

  it("sec-44: a block reaches every address of the bytes within ten seconds, whatever was cached", async () => {
    const held = await get(path());
    const addresses = [path(), `/f/${free.sha256}/icons/icon.png`];
    for (const address of addresses) expect((await get(address)).status, address).toBe(200);
    const block = (state: string, reason: string | null) =>
      env.DB.prepare("UPDATE releases SET state = ?, decision_reason = ? WHERE sha256 = ?")
        .bind(state, reason, free.sha256)
        .run();
    await block("blocked", "malware");
    passTime(9);
    for (const headers of [{}, { "if-none-match": held.headers.get("etag") ?? "" }, { range: "bytes=5-9" }]) {
      const answer = await get(path(), headers as Record<string, string>);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([410, "no-store"]);
      expect(JSON.parse(new TextDecoder().decode(answer.bytes))).toMatchObject({
        code: "release_blocked",
        plugin: "free-plugin",
        version: "1.0.0",
        blockedFor: "malware",
      });
    }
    expect((await get(addresses[1] as string)).status).toBe(404);
    await block("blocked", "legal");
    passTime(9);
    expect((await get(path())).status).toBe(451);
    await block("published", null);
    passTime(9);
    expect((await get(path())).status).toBe(200);
  });

  it("sec-43: answers conditions and ranges of every kind on the wire", async () => {
    const etag = `"${free.sha256}"`;
    const size = free.bytes.length;
    const modified = held(await get(path())).get("last-modified") ?? "";
    expect(Date.parse(modified)).toBeGreaterThan(0);
    const table: [Record<string, string>, number][] = [
      [{ "if-match": etag }, 200],
      [{ "if-match": '"other"' }, 412],
      [{ "if-match": `W/${etag}` }, 412],
      [{ "if-unmodified-since": modified }, 200],
      [{ "if-unmodified-since": "Sun, 06 Nov 1994 08:49:37 GMT" }, 412],
      [{ "if-modified-since": modified }, 304],
      [{ "if-modified-since": "Sun, 06 Nov 1994 08:49:37 GMT" }, 200],
      [{ "if-none-match": "*" }, 304],
      [{ "if-match": etag, "if-none-match": etag }, 304],
      [{ "if-range": modified, range: "bytes=0-1" }, 206],
      [{ "if-range": "Sun, 06 Nov 1994 08:49:37 GMT", range: "bytes=0-1" }, 200],
      [{ range: "bytes=0-10,5-20" }, 200],
      [{ range: "bytes=0-0,2-2,4-4,6-6,8-8" }, 200],
      [{ range: `bytes=${size}-,${size + 5}-` }, 416],
      [{ range: "bytes=5-4" }, 200],
    ];
    for (const [headers, status] of table)
      expect((await get(path(), headers)).status, JSON.stringify(headers)).toBe(status);
    for (const headers of [{ "if-match": '"other"' }, { range: `bytes=${size}-` }]) {
      const refused = await get(path(), headers as Record<string, string>);
      expect([refused.headers.get("etag"), refused.headers.get("cache-control")]).toEqual([etag, "no-store"]);
    }
    expect((await get(path(), { "if-match": '"other"' }, "HEAD")).status).toBe(412);
  });

  it("comes in several parts at once", async () => {
    const size = free.bytes.length;
    const answer = await get(path(), { range: "bytes=-4,0-9, 20-29" });
    expect(answer.status).toBe(206);
    const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{32})$/.exec(
      answer.headers.get("content-type") ?? "",
    )?.[1];
    expect(answer.headers.get("content-length")).toBe(String(answer.bytes.length));
    expect(answer.headers.get("content-range")).toBeNull();
    const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);
    const pieces = latin(answer.bytes).split(`--${boundary}`);
    const expected = [
      [size - 4, size],
      [0, 10],
      [20, 30],
    ] as const;
    expect(pieces[0]).toBe("");
    expect(pieces.at(-1)).toBe("--\r\n");
    for (const [index, [from, to]] of expected.entries()) {
      const [head, ...body] = (pieces[index + 1] ?? "").split("\r\n\r\n");
      expect(head).toBe(`\r\ncontent-type: application/vnd.rbsm+zip\r\ncontent-range: bytes ${from}-${to - 1}/${size}`);
      expect(body.join("\r\n\r\n")).toBe(`${latin(free.bytes.slice(from, to))}\r\n`);
    }
  });
});

describe("files of a bundle", () => {
  it("of a public one can all be looked into, by parts too, and none of them runs or is drawn as markup", async () => {
    const table: [string, string][] = [
      ["manifest.json", "text/plain; charset=utf-8"],
      ["README.md", "text/plain; charset=utf-8"],
      ["LICENSE", "text/plain; charset=utf-8"],
      ["server/main.js", "text/plain; charset=utf-8"],
      ["icons/icon.png", "image/png"],
    ];
    for (const [file, type] of table) {
      const { status, headers, bytes } = await get(`/f/${free.sha256}/${file}`);
      if (file === "server/main.js" && status === 404) continue;
      expect([status, headers.get("content-type")], file).toEqual([200, type]);
      const digest = await sha256Hex(bytes);
      expect(Object.fromEntries(headers), file).toMatchObject({
        etag: `"${digest}"`,
        "cache-control": "public, max-age=31536000, immutable, no-transform",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "content-length": String(bytes.length),
      });
      const first = await get(`/f/${free.sha256}/${file}`, { range: "bytes=0-2" });
      expect([first.status, [...first.bytes]], file).toEqual([206, [...bytes.slice(0, 3)]]);
    }
  });

  it("sec-37: no file of a bundle is ever served as HTML, SVG or script, and none of an unpublished one at all", async () => {
    const markup = "<!doctype html><script>alert(1)</script>";
    const odd = await makeRelease(acme, "odd-files", {
      manifest: {
        ...PICTURES,
        type: "ui",
        ui: {
          pages: [{ id: "board", title: "Board", view: { file: "ui/board.html" }, hostPermission: "requests.view" }],
        },
      },
      files: new Map([
        ["icons/icon.png", png(128, 128)],
        ["screenshots/one.png", png(640, 360)],
        ["ui/board.html", new TextEncoder().encode(markup)],
        ["ui/board.js", new TextEncoder().encode("alert(1)\n")],
      ]),
    });
    const files = ["ui/board.html", "ui/board.js", "icons/icon.png"];
    const { releaseId } = (await upload(acme.token, { bundle: odd.bytes, statement: odd.statement })).body;
    await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: acme.token });
    for (const file of files) expect((await get(`/f/${odd.sha256}/${file}`)).status, file).toBe(404);
    expect((await decide(releaseId, odd.sha256)).status).toBe(200);
    for (const file of files) {
      const { status, headers } = await get(`/f/${odd.sha256}/${file}`);
      expect(status, file).toBe(200);
      expect(headers.get("content-type"), file).toMatch(/^(?:text\/plain; charset=utf-8|image\/png)$/);
      expect(headers.get("content-security-policy"), file).toBe("default-src 'none'; sandbox");
      expect(headers.get("x-content-type-options"), file).toBe("nosniff");
      expect(headers.has("set-cookie"), file).toBe(false);
    }
  });

  it("that are pictures come out of gated bundles, too", async () => {
    const plugin = (await call("GET", `/v1/plugins/${paidId}`)).body;
    expect(plugin.icon).toBe(`${ORIGIN}/f/${paid.sha256}/icons/icon.png`);
    for (const address of [plugin.icon, ...plugin.screenshots]) {
      const { status, headers, bytes } = await get(address);
      expect([status, headers.get("content-type")]).toEqual([200, "image/png"]);
      expect(headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(bytes.slice(1, 4)).toEqual(new TextEncoder().encode("PNG"));
      const again = await get(address, { "if-none-match": headers.get("etag") ?? "" });
      expect([again.status, again.bytes.length]).toEqual([304, 0]);
    }
  });

  it("are otherwise nobody's business: no code of gated bundles, no path tricks, no unpublished bundle", async () => {
    const staged = await makeRelease(acme, "picture-later", {
      manifest: PICTURES,
      files: new Map([
        ["icons/icon.png", png(128, 128)],
        ["screenshots/one.png", png(640, 360)],
      ]),
    });
    await upload(acme.token, { bundle: staged.bytes, statement: staged.statement });
    for (const path of ["server/main.js", "manifest.json", "README.md"])
      expect((await get(`/f/${paid.sha256}/${path}`)).status, path).toBe(404);
    const paths = ["icons/other.png", "icons%2Ficon.png%00", "constructor.png", "%E0%A4%A"];
    for (const path of paths) expect((await get(`/f/${free.sha256}/${path}`)).status, path).toBeGreaterThanOrEqual(400);
    for (const path of paths) expect((await get(`/f/${free.sha256}/${path}`)).status, path).toBeLessThan(500);
    expect((await get(`/f/${staged.sha256}/icons/icon.png`)).status).toBe(404);
  });
});

describe("a download token", () => {
  async function ticket(body: object = { licenseKey, hardwareId: "unknown" }, id = paidId) {
    return call("POST", `/v1/plugins/${id}/download`, { bearer: await instance.bearer(), body });
  }

  it("gives the bytes once, with and without the auth header, with the host's headers", async () => {
    for (const isSigned of [false, true]) {
      const granted = await ticket();
      expect(granted).toMatchObject({ status: 200, body: { url: `${ORIGIN}/v1/download/${granted.body.token}` } });
      expect(granted.body.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const left = Date.parse(granted.body.expiresAt) - Date.now();
      expect(left).toBeGreaterThan(290_000);
      expect(left).toBeLessThanOrEqual(300_000);
      const headers: Record<string, string> = isSigned ? { authorization: `Bearer ${await instance.bearer()}` } : {};
      const file = await get(granted.body.url, headers);
      expect(file.status).toBe(200);
      expect(file.bytes).toEqual(paid.bytes);
      expect(Object.fromEntries(file.headers)).toMatchObject({
        "content-type": "application/octet-stream",
        "cache-control": "no-store",
        "x-plugin-checksum": paid.sha256,
        "x-plugin-version": "1.0.0",
        "content-length": String(paid.bytes.length),
        etag: `"${paid.sha256}"`,
        "content-disposition": 'attachment; filename="paid-plugin-1.0.0.rbsm"',
        "access-control-allow-origin": "*",
      });
      const again = await call("GET", new URL(granted.body.url).pathname);
      expect(again).toMatchObject({ status: 410, body: { message: "Download token already used" } });
    }
  });

  it("is kept as a digest only", async () => {
    const { token } = (await ticket()).body;
    const { results } = await env.DB.prepare("SELECT * FROM download_tokens").all();
    expect(JSON.stringify(results)).not.toContain(token);
  });

  it("sec-45: serves one of twenty requests at the same time", async () => {
    const { url } = (await ticket()).body;
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(url)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(410)]);
  });

  it("lets a broken download resume: later ranges until it expires, byte 0 once", async () => {
    const { url } = (await ticket()).body;
    const first = await get(url, { range: "bytes=0-99" });
    expect([first.status, first.headers.get("cache-control")]).toEqual([206, "no-store"]);
    const rest = await get(url, { range: "bytes=100-", "if-range": `"${paid.sha256}"` });
    expect(rest.status).toBe(206);
    expect([...first.bytes, ...rest.bytes]).toEqual([...paid.bytes]);
    expect((await get(url, { range: "bytes=0-" })).status).toBe(410);
    expect((await get(url)).status).toBe(410);
    expect((await get(url, { range: "bytes=100-", "if-range": '"other"' })).status).toBe(410);
    await env.DB.prepare("UPDATE download_tokens SET expires_at = 1 WHERE used_at IS NOT NULL").run();
    expect((await get(url, { range: "bytes=100-" })).status).toBe(410);
  });

  it("is used up by whoever asks first, even for a later range, and never by HEAD", async () => {
    const { url } = (await ticket()).body;
    expect((await get(url, {}, "HEAD")).status).toBe(200);
    const greedy = await get(url, { range: "bytes=1-" });
    expect([greedy.status, greedy.bytes.length]).toEqual([200, paid.bytes.length]);
    expect((await get(url)).status).toBe(410);
  });

  it("sec-45: ends after five minutes, with its license, and looks unknown to others", async () => {
    const { url, token } = (await ticket()).body;
    const stranger = await makeInstance(acme.token);
    const foreign = await get(url, { authorization: `Bearer ${await stranger.bearer()}` });
    expect(foreign.status).toBe(404);
    const unknown = await call("GET", `/v1/download/${"A".repeat(43)}`);
    expect(unknown).toMatchObject({ status: 404, body: { code: "download_not_found" } });
    await env.DB.prepare("UPDATE download_tokens SET expires_at = unixepoch() WHERE used_at IS NULL").run();
    expect((await call("GET", `/v1/download/${token}`)).body.message).toBe("Download token expired");

    const revoked = await sell("revoked-user");
    const late = (await ticket({ licenseKey: revoked, hardwareId: "unknown" })).body;
    await call("POST", `/v1/licenses/${revoked}/revoke`, {
      bearer: await instance.bearer(),
      body: { reason: "Refunded" },
    });
    expect((await get(late.url)).status).toBe(410);
    expect((await ticket({ licenseKey: revoked, hardwareId: "unknown" })).status).toBe(403);
  });

  it("is refused with 403 for every license that does not stand, whatever is wrong with it", async () => {
    const bound = await sell("bound-user");
    await env.DB.prepare("UPDATE licenses SET hardware_id = ? WHERE user_id = 'bound-user'")
      .bind("cd".repeat(32))
      .run();
    const expired = await sell("expired-user");
    await env.DB.prepare("UPDATE licenses SET expires_at = 2 WHERE user_id = 'expired-user'").run();
    const table: [object, string, string][] = [
      [{ licenseKey: "nonsense", hardwareId: "unknown" }, paidId, "License not found"],
      [{ licenseKey: bound, hardwareId: "unknown" }, paidId, "License is bound to different hardware"],
      [{ licenseKey: expired, hardwareId: "unknown" }, paidId, "License is not active"],
      [{ licenseKey, hardwareId: "unknown" }, freeId, "License is for a different plugin"],
    ];
    for (const [body, id, message] of table)
      expect(await ticket(body, id), message).toMatchObject({ status: 403, body: { message } });
    expect((await ticket({ licenseKey: bound, hardwareId: "CD".repeat(32) })).status).toBe(200);
    const stranger = await makeInstance(acme.token);
    const stolen = await call("POST", `/v1/plugins/${paidId}/download`, {
      bearer: await stranger.bearer(),
      body: { licenseKey, hardwareId: "unknown" },
    });
    expect(stolen).toMatchObject({ status: 403, body: { message: "License not found" } });
    expect(
      (await call("POST", `/v1/plugins/${paidId}/download`, { body: { licenseKey, hardwareId: "x" } })).status,
    ).toBe(401);
    expect((await ticket({ licenseKey, hardwareId: "x" }, "999999")).status).toBe(404);
    expect((await ticket({ licenseKey, hardwareId: "unknown", version: "9.9.9" })).body.code).toBe("release_not_found");
    expect((await ticket({ licenseKey, hardwareId: "" })).status).toBe(422);
  });
});

describe("counting", () => {
  const counted = async () =>
    (await env.DB.prepare(
      "SELECT coalesce(sum(count), 0) AS n FROM download_days WHERE release_id = (SELECT id FROM releases WHERE sha256 = ?)",
    )
      .bind(free.sha256)
      .first<number>("n")) ?? 0;
  const settled = async (expected: number) => {
    for (let i = 0; i < 40 && (await counted()) !== expected; i++) await scheduler.wait(25);
    return counted();
  };

  it("counts a client once a day and release; not HEAD, 304, later ranges or mirrors; addresses are not kept", async () => {
    const path = `/bundles/${free.sha256}.rbsm`;
    await scheduler.wait(200);
    const before = await counted();
    const agent = (name: string, address: string, more = {}) => ({
      "user-agent": name,
      "cf-connecting-ip": address,
      ...more,
    });
    await get(path, agent("a", "192.0.2.7"), "HEAD");
    await get(path, agent("b", "192.0.2.7", { "if-none-match": `"${free.sha256}"` }));
    await get(path, agent("c", "192.0.2.7", { range: "bytes=5-" }));
    await get(path, agent("d", "192.0.2.7", { "rbsm-purpose": "mirror" }));
    await get(path, agent("p", "192.0.2.7", { "sec-purpose": "prefetch;prerender" }));
    await get(path, agent("q", "192.0.2.7", { range: "bytes=9-9,5-6" }));
    await scheduler.wait(200);
    expect(await counted()).toBe(before);
    for (let i = 0; i < 3; i++) await get(path, agent("e", `192.0.2.${i}`, { "rbsm-purpose": "update" }));
    await get(path, agent("f", "198.51.100.1", { range: "bytes=0-10", "rbsm-purpose": "odd words" }));
    expect(await settled(before + 2)).toBe(before + 2);
    const { results } = await env.DB.prepare("SELECT purpose FROM download_days ORDER BY purpose").all<{
      purpose: string;
    }>();
    expect(results.map((row) => row.purpose)).toEqual(expect.arrayContaining(["unknown", "update"]));
    const seen = await env.DB.prepare("SELECT * FROM download_seen").all();
    expect(JSON.stringify(seen.results)).not.toContain("192.0.2");
    expect((await call("GET", `/v1/plugins/${freeId}/stats`)).body.downloads).toBe(before + 2);
  });
});
