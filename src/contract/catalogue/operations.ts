import * as z from "zod";
import { REPRODUCIBLE } from "../../domain/bundle/reproducible.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";
import { visibleText } from "../visible-text.ts";
import { MARKETPLACE_PLUGIN } from "./marketplace-plugin.ts";
import { REVIEW } from "./review.ts";

const ID = { id: DECIMAL_ID } as const;
const NONE = { kind: "none" } as const;
const EDITOR = { kind: "instance_or_account", scope: "plugin:edit" } as const;
const VERSION_PATH = /^[0-9][0-9A-Za-z.-]{0,63}$/;
const FACETS = z.array(z.object({ name: z.string(), count: z.int() }));

/**
 * Bounded text and nothing stricter: the host sends empty filters, odd numbers and words of its own, and expects a list. What
 * a filter cannot mean finds nothing; a page or limit that is no number is as if it were not sent.
 */
const word = () => z.union([z.string().max(200), z.array(z.string().max(200)).max(20)]).optional();
const LIST_QUERY = z.looseObject({
  query: word(),
  type: word(),
  category: word(),
  tag: word(),
  status: word(),
  minRating: word(),
  sortBy: word(),
  sortOrder: word(),
  sortDirection: word(),
  page: word(),
  limit: word(),
  authorId: word(),
});
const LIMIT_QUERY = z.looseObject({ limit: word() });

const VERSIONS = z.object({
  pluginId: z.string(),
  versions: z.array(
    z.object({
      version: z.string(),
      releaseDate: z.string(),
      changes: z.array(z.string()),
      downloads: z.int(),
      state: z.string(),
      channel: z.string(),
      checksum: z.string(),
      size: z.int(),
      notice: z.string().optional(),
      replacement: z.string().optional(),
    }),
  ),
  latest: z.string(),
  count: z.int(),
});
const VERSION = z.object({
  manifest: z.looseObject({}),
  checksum: z.string(),
  size: z.int(),
  signature: z.string(),
  changelog: z.string(),
  minAppVersion: z.string(),
  maxAppVersion: z.string().optional(),
  dependencies: z.array(z.object({ pluginName: z.string(), range: z.string() })),
  state: z.string(),
  releaseDate: z.string(),
  closureDigest: z.string(),
  delivery: z.enum(["public", "gated", "sealed"]),
  /** Packing it again with the encoder it names gives the same bytes. */
  reproducible: z.enum(REPRODUCIBLE).optional(),
});
const ENVELOPE = z.object({
  payload: z.string(),
  signatures: z.array(z.object({ keyId: z.string(), sig: z.string() })),
});
const EDIT_BODY = z.looseObject({
  displayName: z.string().max(200).optional(),
  description: z.string().max(1000).optional(),
  category: z.string().max(100).optional(),
  tags: z.array(z.string().max(60)).max(50).optional(),
  icon: z.string().max(500).optional(),
  screenshots: z.array(z.string().max(500)).max(20).optional(),
  pricing: z.record(z.string().max(40), z.unknown()).optional(),
});
const REVIEW_BODY = z.looseObject({
  userId: z.string().min(1).max(64),
  userName: visibleText().max(100).optional(),
  rating: z.int().min(1).max(5),
  title: visibleText().max(120).optional(),
  comment: visibleText().max(2000).optional(),
});
const DOWNLOAD_BODY = z.looseObject({
  licenseKey: z.string().min(1).max(100),
  hardwareId: z.string().min(1).max(255),
  version: z.string().max(64).optional(),
});

export const CATALOGUE_OPERATIONS = {
  listPlugins: {
    id: "listPlugins",
    method: "GET",
    path: "/v1/plugins",
    summary: "A page of the catalogue",
    tag: "plugins",
    caller: NONE,
    query: LIST_QUERY,
    answers: { 200: z.object({ data: z.array(MARKETPLACE_PLUGIN), total: z.int() }) },
    problems: ["VALIDATION_ERROR"],
  },
  listPopular: {
    id: "listPopular",
    method: "GET",
    path: "/v1/plugins/popular",
    summary: "The most downloaded plugins",
    tag: "plugins",
    caller: NONE,
    query: LIMIT_QUERY,
    answers: { 200: z.array(MARKETPLACE_PLUGIN) },
    problems: ["VALIDATION_ERROR"],
  },
  listRecommended: {
    id: "listRecommended",
    method: "GET",
    path: "/v1/plugins/recommended",
    summary: "The best rated plugins",
    tag: "plugins",
    caller: NONE,
    query: LIMIT_QUERY,
    answers: { 200: z.array(MARKETPLACE_PLUGIN) },
    problems: ["VALIDATION_ERROR"],
  },
  listCategories: {
    id: "listCategories",
    method: "GET",
    path: "/v1/categories",
    summary: "Categories and how many plugins each has",
    tag: "plugins",
    caller: NONE,
    answers: { 200: FACETS },
    problems: [],
  },
  listTags: {
    id: "listTags",
    method: "GET",
    path: "/v1/tags",
    summary: "Tags and how many plugins carry each",
    tag: "plugins",
    caller: NONE,
    answers: { 200: FACETS },
    problems: [],
  },
  getPlugin: {
    id: "getPlugin",
    method: "GET",
    path: "/v1/plugins/{id}",
    params: ID,
    summary: "One plugin",
    tag: "plugins",
    caller: NONE,
    answers: { 200: MARKETPLACE_PLUGIN },
    problems: ["NOT_FOUND"],
  },
  getPluginByName: {
    id: "getPluginByName",
    method: "GET",
    path: "/v1/plugins/by-name/{name}",
    params: { name: /^[a-z0-9-]{1,60}$/ },
    summary: "One plugin by its name",
    tag: "plugins",
    caller: NONE,
    answers: { 200: MARKETPLACE_PLUGIN },
    problems: ["NOT_FOUND"],
  },
  editPlugin: {
    id: "editPlugin",
    method: "PUT",
    path: "/v1/plugins/{id}",
    params: ID,
    summary: "Change the listing of one's own plugin",
    tag: "plugins",
    caller: EDITOR,
    body: { type: "json", schema: EDIT_BODY, maxBytes: MAX_JSON_BYTES },
    answers: { 200: MARKETPLACE_PLUGIN },
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "VALIDATION_ERROR", "state_conflict"],
  },
  delistPlugin: {
    id: "delistPlugin",
    method: "DELETE",
    path: "/v1/plugins/{id}",
    params: ID,
    summary: "Take one's own plugin off all lists; licenses keep working",
    tag: "plugins",
    caller: EDITOR,
    answers: { 200: z.object({ id: z.string(), deleted: z.literal(true) }) },
    problems: ["NOT_FOUND", "PERMISSION_DENIED"],
  },
  listVersions: {
    id: "listVersions",
    method: "GET",
    path: "/v1/plugins/{id}/versions",
    params: ID,
    summary: "Every version ever published, newest first",
    tag: "plugins",
    caller: NONE,
    answers: { 200: VERSIONS },
    problems: ["NOT_FOUND"],
  },
  getVersion: {
    id: "getVersion",
    method: "GET",
    path: "/v1/plugins/{id}/versions/{v}",
    params: { ...ID, v: VERSION_PATH },
    summary: "One published version with its manifest",
    tag: "plugins",
    caller: NONE,
    answers: { 200: VERSION },
    problems: ["release_not_found"],
  },
  getReleaseDocuments: {
    id: "getReleaseDocuments",
    method: "GET",
    path: "/v1/plugins/{id}/versions/{v}/release",
    params: { ...ID, v: VERSION_PATH },
    summary: "The publisher's statement and the marketplace's receipt",
    tag: "plugins",
    caller: NONE,
    answers: { 200: z.object({ statement: ENVELOPE, receipt: ENVELOPE }) },
    problems: ["release_not_found"],
  },
  getPluginStats: {
    id: "getPluginStats",
    method: "GET",
    path: "/v1/plugins/{id}/stats",
    params: ID,
    summary: "Numbers of one plugin",
    tag: "plugins",
    caller: NONE,
    answers: {
      200: z.object({
        downloads: z.int(),
        revenue: z.number(),
        totalRevenue: z.number(),
        activeInstalls: z.int(),
        ratings: z.object({ average: z.number(), count: z.int() }),
      }),
    },
    problems: ["NOT_FOUND"],
  },
  getStats: {
    id: "getStats",
    method: "GET",
    path: "/v1/stats",
    summary: "Numbers of the marketplace",
    tag: "plugins",
    caller: NONE,
    answers: {
      200: z.object({
        totalPlugins: z.int(),
        totalDownloads: z.int(),
        totalRevenue: z.number(),
        topPlugins: z.array(MARKETPLACE_PLUGIN),
      }),
    },
    problems: [],
  },
  listReviews: {
    id: "listReviews",
    method: "GET",
    path: "/v1/plugins/{id}/reviews",
    params: ID,
    summary: "Reviews, newest first",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject({ page: word(), limit: word() }),
    answers: { 200: z.object({ data: z.array(REVIEW), total: z.int() }) },
    problems: ["NOT_FOUND", "VALIDATION_ERROR"],
  },
  writeReview: {
    id: "writeReview",
    method: "POST",
    path: "/v1/plugins/{id}/reviews",
    params: ID,
    summary: "Review a plugin; one per user and instance",
    tag: "plugins",
    caller: { kind: "instance" },
    body: { type: "json", schema: REVIEW_BODY, maxBytes: MAX_JSON_BYTES },
    answers: { 201: z.object({ id: z.string() }), 200: z.object({ id: z.string() }) },
    problems: ["NOT_FOUND", "review_not_allowed", "VALIDATION_ERROR"],
  },
  requestDownload: {
    id: "requestDownload",
    method: "POST",
    path: "/v1/plugins/{id}/download",
    params: ID,
    summary: "A single-use download token against a license",
    tag: "plugins",
    caller: { kind: "instance" },
    body: { type: "json", schema: DOWNLOAD_BODY, maxBytes: MAX_JSON_BYTES },
    answers: { 200: z.object({ token: z.string(), url: z.string(), expiresAt: z.string() }) },
    problems: [
      "NOT_FOUND",
      "SERVICE_UNAVAILABLE",
      "RATE_LIMITED",
      "release_not_found",
      "KEY_MALFORMED",
      "EXPIRED",
      "REVOKED",
      "PRODUCT_MISMATCH",
      "DEVICE_MISMATCH",
      "VERSION_NOT_ENTITLED",
    ],
  },
} as const satisfies Record<string, Operation>;

/** Bytes have addresses of their own; their handlers answer streams, conditions and ranges. */
export const DELIVERY_OPERATIONS = {
  redeemDownload: {
    id: "redeemDownload",
    method: "GET",
    path: "/v1/download/{token}",
    params: { token: /^[A-Za-z0-9_-]{1,200}$/ },
    summary: "The bundle a token stands for",
    tag: "plugins",
    caller: NONE,
    answers: { 200: "application/octet-stream" },
    problems: [
      "download_not_found",
      "download_gone",
      "precondition_failed",
      "range_not_satisfiable",
      "blob_unavailable",
    ],
  },
  getBundle: {
    id: "getBundle",
    method: "GET",
    path: "/bundles/{file}",
    params: { file: /^[0-9a-f]{64}\.rbs[mx]$/ },
    summary: "A public bundle (`.rbsm`) or the sealed form of a paid one (`.rbsx`), by its digest",
    tag: "plugins",
    caller: NONE,
    answers: { 200: "application/vnd.rbsm+zip" },
    problems: [
      "NOT_FOUND",
      "release_blocked",
      "release_unlawful",
      "precondition_failed",
      "range_not_satisfiable",
      "blob_unavailable",
    ],
  },
} as const satisfies Record<string, Operation>;
