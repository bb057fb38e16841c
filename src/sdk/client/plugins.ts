import { encodeHex } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import { MarketplaceError } from "./error.ts";
import { at, type CallOptions, type Line } from "./line.ts";
import type {
  DownloadedBundle,
  Listed,
  MarketplacePlugin,
  MarketplaceStats,
  PluginChanges,
  PluginFilters,
  PluginReview,
  PluginStats,
  PluginUpload,
  PluginVersion,
  PluginVersions,
  ShelvedPlugin,
  SubmittedPlugin,
  UploadedPlugin,
} from "./shapes.ts";

/** A release that waits for a decision. */
interface Waiting {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly sha256: string;
}

/** What to approve or reject: named bytes, so that nobody decides about others than those looked at. */
export interface Decision extends CallOptions {
  /** Lower-case hex SHA-256 of the release that was looked at; left out, the one that waits now. */
  readonly sha256?: string;
}

/** Where a licensed bundle is fetched to. */
export interface DownloadOptions extends CallOptions {
  /** 64 hex characters; `"unknown"` for licenses bound to no device. */
  readonly hardwareId?: string;
  readonly version?: string;
}

/** The part of the client that is about plugins. */
export function pluginCalls(line: Line) {
  const upload = ({ bundle, statement, plugin }: PluginUpload, options?: CallOptions) => {
    const form = new FormData();
    form.set("plugin", JSON.stringify(plugin ?? {}));
    form.set("bundle", new Blob([new Uint8Array(bundle)], { type: "application/vnd.rbsm+zip" }), "plugin.rbsm");
    if (statement !== undefined)
      form.set("statement", typeof statement === "string" ? statement : JSON.stringify(statement));
    return line.json<UploadedPlugin>({ method: "POST", path: "/plugins", body: form }, options);
  };

  async function decide(id: string, decision: "approve" | "reject", reason: string, options: Decision) {
    const { releases } = await line.json<{ releases: readonly Waiting[] }>(
      { method: "GET", path: "/desk/queue" },
      options,
    );
    const waiting = releases.find((release) => release.pluginId === id);
    if (waiting === undefined) throw new MarketplaceError("release_not_found", 404, "No release of this plugin waits");
    return line.json<{ readonly releaseId: string; readonly state: "published" | "rejected" }>(
      {
        method: "POST",
        path: at`/desk/releases/${waiting.releaseId}/decision`,
        body: { decision, reason, sha256: options.sha256 ?? waiting.sha256 },
      },
      options,
    );
  }

  return {
    /** A page of the catalogue. */
    searchPlugins: (filters: PluginFilters = {}, options?: CallOptions) =>
      line.json<Listed<MarketplacePlugin>>({ method: "GET", path: "/plugins", query: { ...filters } }, options),
    getPlugin: (id: string, options?: CallOptions) =>
      line.json<MarketplacePlugin>({ method: "GET", path: at`/plugins/${id}` }, options),
    getPluginByName: (name: string, options?: CallOptions) =>
      line.json<MarketplacePlugin>({ method: "GET", path: at`/plugins/by-name/${name}` }, options),
    /** Uploads the first or the next release of a plugin; it is reviewed before anybody sees it. */
    createPlugin: upload,
    /** The same, for those who think of the bytes. */
    uploadBundle: (bundle: Uint8Array, statement?: object | string, options?: CallOptions) =>
      upload({ bundle, ...(statement === undefined ? {} : { statement }) }, options),
    /** The same, under the host's name: a release with its signed statement goes to review and from there out. */
    publishPlugin: upload,
    updatePlugin: (id: string, changes: PluginChanges, options?: CallOptions) =>
      line.json<MarketplacePlugin>({ method: "PUT", path: at`/plugins/${id}`, body: changes }, options),
    /** Off all lists; licenses keep working. */
    deletePlugin: (id: string, options?: CallOptions) =>
      line.json<{ readonly id: string; readonly deleted: true }>(
        { method: "DELETE", path: at`/plugins/${id}` },
        options,
      ),
    /** Publishes the plugin's waiting release. For reviewers. */
    approvePlugin: (id: string, options: Decision & { readonly reason?: string } = {}) =>
      decide(id, "approve", options.reason ?? "Approved", options),
    /** Sends the plugin's waiting release back. For reviewers; 3 to 500 characters of reason. */
    rejectPlugin: (id: string, reason: string, options: Decision = {}) => decide(id, "reject", reason, options),
    /** Asks for the review of the newest release; one that was rejected by people is looked at again. */
    submitForReview: (id: string, options?: CallOptions) =>
      line.json<SubmittedPlugin>({ method: "POST", path: at`/plugins/${id}/submit-for-review`, body: {} }, options),
    /** Off all lists; no new licenses, and its licenses answer `PLUGIN_SUSPENDED`. 10 to 500 characters of reason. */
    suspendPlugin: (id: string, reason: string, options?: CallOptions) =>
      line.json<ShelvedPlugin>({ method: "POST", path: at`/plugins/${id}/suspend`, body: { reason } }, options),
    /** Back where it stood. What the marketplace suspended it alone resumes. */
    resumePlugin: (id: string, options?: CallOptions) =>
      line.json<ShelvedPlugin>({ method: "POST", path: at`/plugins/${id}/resume`, body: {} }, options),
    getVersions: (id: string, options?: CallOptions) =>
      line.json<PluginVersions>({ method: "GET", path: at`/plugins/${id}/versions` }, options),
    getVersion: (id: string, version: string, options?: CallOptions) =>
      line.json<PluginVersion>({ method: "GET", path: at`/plugins/${id}/versions/${version}` }, options),
    /** Bytes of the newest or a named version, against a license; their checksum is compared. */
    async downloadPlugin(id: string, licenseKey: string, options: DownloadOptions = {}): Promise<DownloadedBundle> {
      const { hardwareId = "unknown", version } = options;
      const body = { licenseKey, hardwareId, ...(version === undefined ? {} : { version }) };
      const { url } = await line.json<{ url: string }>(
        { method: "POST", path: at`/plugins/${id}/download`, body },
        options,
      );
      const response = await line.bytes(url, options);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const checksum = encodeHex(await sha256(bytes));
      if (response.headers.get("x-plugin-checksum") !== checksum)
        throw new MarketplaceError("checksum_mismatch", response.status, "The bytes are not those that were announced");
      return { bytes, checksum, version: response.headers.get("x-plugin-version") ?? "" };
    },
    getPluginStats: (id: string, options?: CallOptions) =>
      line.json<PluginStats>({ method: "GET", path: at`/plugins/${id}/stats` }, options),
    getMarketplaceStats: (options?: CallOptions) =>
      line.json<MarketplaceStats>({ method: "GET", path: "/stats" }, options),
    getPopularPlugins: (limit = 10, options?: CallOptions) =>
      line.json<readonly MarketplacePlugin[]>({ method: "GET", path: "/plugins/popular", query: { limit } }, options),
    getRecommendedPlugins: (limit = 10, options?: CallOptions) =>
      line.json<readonly MarketplacePlugin[]>(
        { method: "GET", path: "/plugins/recommended", query: { limit } },
        options,
      ),
    getReviews: (id: string, page = 1, limit = 20, options?: CallOptions) =>
      line.json<Listed<PluginReview>>(
        { method: "GET", path: at`/plugins/${id}/reviews`, query: { page, limit } },
        options,
      ),
    /** One per user and instance; rating 1 to 5. */
    writeReview: (
      id: string,
      review: { readonly userId: string; readonly rating: number; readonly title?: string; readonly comment?: string },
      options?: CallOptions,
    ) =>
      line.json<{ readonly id: string }>({ method: "POST", path: at`/plugins/${id}/reviews`, body: review }, options),
  };
}
