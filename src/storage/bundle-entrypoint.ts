import { WorkerEntrypoint } from "cloudflare:workers";

/**
 * Whole bundles by digest, behind the edge cache where the platform has one: no code of ours runs on a hit. Who may have
 * them is decided in front of it; nothing but the gateway can call it. It ignores Range: the cache slices what it stored.
 */
export class Bundles extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    const [, folder, sha256] = /^\/([bs])\/([0-9a-f]{64})$/.exec(new URL(request.url).pathname) ?? [];
    const object = sha256 === undefined ? null : await this.env.BUNDLES.get(`${folder}/sha256/${sha256}`);
    if (sha256 === undefined || object === null)
      return new Response(null, { status: 404, headers: { "cache-control": "no-store" } });
    return new Response(object.body, {
      headers: {
        "content-type": folder === "s" ? "application/vnd.rbsm.sealed" : "application/vnd.rbsm+zip",
        "content-length": String(object.size),
        "cache-control": "public, max-age=31536000, immutable, no-transform",
        "cache-tag": `b-${sha256}`,
        etag: `"${sha256}"`,
      },
    });
  }

  /** Purge is scoped to the calling entrypoint, so it has to live here. False where there is no cache. */
  async purge(sha256: string): Promise<boolean> {
    const cache = this.ctx.cache;
    return cache === undefined ? false : (await cache.purge({ tags: [`b-${sha256}`] })).success;
  }
}
