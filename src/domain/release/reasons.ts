/** Refusals around plugins and releases (registry). */
export const RELEASE_REASONS = [
  "version_exists",
  "name_taken",
  "name_reserved",
  "metadata_mismatch",
  "checksum_mismatch",
  "plugin_not_found",
  "release_not_found",
  "state_conflict",
  "own_plugin",
  "dependency_missing",
  "velocity",
  "quota_plugins",
  "quota_uploads",
  "quota_pending",
  "blob_unavailable",
  "download_not_found",
  "download_gone",
  "range_not_satisfiable",
  "review_not_allowed",
] as const;
export type ReleaseReason = (typeof RELEASE_REASONS)[number];
