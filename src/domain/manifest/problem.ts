/** How the fields of a manifest are refused. */
export type ManifestReason =
  | "manifest_format"
  | "manifest_field_missing"
  | "manifest_field_unknown"
  | "manifest_field_type"
  | "manifest_field_value"
  | "manifest_rule";

export interface ManifestProblem {
  readonly code: ManifestReason;
  /** RFC 6901. */
  readonly pointer: string;
  readonly detail: string;
}

/** RFC 6901. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
