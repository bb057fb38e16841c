import * as z from "zod";
import type { Json, JsonObject } from "../json/json.ts";
import { ok, type Result, refuse } from "../result.ts";
import { withWords } from "./describe-schema.ts";
import { type ManifestProblem, type ManifestReason, pointerTo } from "./problem.ts";
import { MANIFEST, type Manifest } from "./schema.ts";

export { type Capabilities, capabilitiesDigest, capabilitiesOf, closureDigestOf } from "./capabilities.ts";
export { type ManifestProblem, type ManifestReason, pointerTo } from "./problem.ts";
export { checkManifestRules, manifestWarnings } from "./rules.ts";
export { MANIFEST, type Manifest } from "./schema.ts";

/** The fields of a manifest, each alone; `checkManifestRules` judges how they fit together. */
export function parseManifest(value: Json): Result<Manifest, readonly ManifestProblem[]> {
  if (isObject(value) && typeof value.formatVersion === "number" && value.formatVersion > 1) {
    return refuse([
      { code: "manifest_format", pointer: "/formatVersion", detail: "written for a newer reader; this one reads 1" },
    ]);
  }
  const parsed = MANIFEST.safeParse(value);
  return parsed.success ? ok(parsed.data) : refuse(parsed.error.issues.flatMap((issue) => problemsOf(issue, value)));
}

/**
 * The published JSON Schema of what an author writes: draft 2020-12, `build` and `files` optional, `$schema` allowed, every
 * field with its words. `id` is its absolute address, where it has one.
 */
export function manifestJsonSchema(id?: string): JsonObject {
  const author = MANIFEST.partial({ build: true, files: true }).extend({ $schema: z.string().exactOptional() });
  const { $schema, ...schema } = z.toJSONSchema(author, { io: "input", unrepresentable: "any" }) as JsonObject;
  return {
    $schema: $schema as string,
    ...(id === undefined ? {} : { $id: id }),
    title: "Rising-BSM plugin manifest",
    description: "manifest.json as an author writes it. The cross rules of the reference apply on top.",
    ...withWords(schema),
  };
}

function problemsOf(issue: z.core.$ZodIssue, root: Json): readonly ManifestProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => problem("manifest_field_unknown", [...issue.path, key], "no such field"));
  }
  if (!exists(root, issue.path)) return [problem("manifest_field_missing", issue.path, "is required")];
  const isType = issue.code === "invalid_type" || issue.code === "invalid_union";
  return [problem(isType ? "manifest_field_type" : "manifest_field_value", issue.path, issue.message)];
}

function problem(code: ManifestReason, path: readonly PropertyKey[], detail: string): ManifestProblem {
  return { code, pointer: pointerTo(path), detail };
}

function exists(root: Json, path: readonly PropertyKey[]): boolean {
  let value: Json | undefined = root;
  for (const part of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) return false;
    value = (value as { readonly [key: PropertyKey]: Json })[part];
  }
  return true;
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
