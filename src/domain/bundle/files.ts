import { LIMITS } from "./limits.ts";
import type { BundleReason } from "./reasons.ts";

/** How the bytes of a file are looked at. `code` refuses every invisible character, `text` some. */
export type Look = "code" | "text" | "svg" | "png" | "jpeg" | "webp" | "woff2";

export type FileRole =
  | "manifest"
  | "readme"
  | "changelog"
  | "license"
  | "icon"
  | "screenshot"
  | "server"
  | "ui"
  | "migration"
  | "locale";

/** What a path in a bundle is for; `tooLarge` is the code above `maxBytes`. */
export interface FileRule {
  readonly role: FileRole;
  readonly look: Look;
  readonly mediaType: string;
  readonly maxBytes: number;
  readonly tooLarge: BundleReason;
}

const MARKDOWN = "text/markdown; charset=utf-8";
const PLAIN = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";
const JAVASCRIPT = "text/javascript; charset=utf-8";

const UI_TYPES: Readonly<Record<string, readonly [Look, string]>> = {
  html: ["text", "text/html; charset=utf-8"],
  css: ["code", "text/css; charset=utf-8"],
  js: ["code", JAVASCRIPT],
  json: ["text", JSON_TYPE],
  svg: ["svg", "image/svg+xml"],
  png: ["png", "image/png"],
  jpg: ["jpeg", "image/jpeg"],
  webp: ["webp", "image/webp"],
  woff2: ["woff2", "font/woff2"],
  txt: ["text", PLAIN],
};

const FIXED: Readonly<Record<string, FileRule>> = {
  "manifest.json": rule("manifest", "text", JSON_TYPE, LIMITS.maxManifestBytes, "manifest_too_large"),
  "README.md": rule("readme", "text", MARKDOWN, LIMITS.maxDocumentBytes),
  "CHANGELOG.md": rule("changelog", "text", MARKDOWN, LIMITS.maxDocumentBytes),
  LICENSE: rule("license", "text", PLAIN, LIMITS.maxLicenseBytes),
  NOTICE: rule("license", "text", PLAIN, LIMITS.maxLicenseBytes),
  "icons/icon.png": rule("icon", "png", "image/png", LIMITS.maxIconBytes),
  "server/main.js": rule("server", "code", JAVASCRIPT, LIMITS.maxServerBytes, "server_too_large"),
};

export const REQUIRED_FILES = ["README.md", "CHANGELOG.md", "LICENSE"] as const;

const MIGRATION = /^migrations\/settings-([1-9][0-9]?)\.json$/;
const SCREENSHOT = /^screenshots\/[^/]+\.(png|jpg)$/;
/** BCP 47: language, script, region, variants. */
const LOCALE = /^locales\/[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?(?:-[a-z0-9]{5,8})*\.json$/;

/** The rule for a path, or null: nothing else may be in a bundle. */
export function fileRule(path: string): FileRule | null {
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (fixed !== undefined) return fixed;
  if (MIGRATION.test(path)) return rule("migration", "text", JSON_TYPE, LIMITS.maxMigrationBytes);
  if (LOCALE.test(path)) return rule("locale", "text", JSON_TYPE, LIMITS.maxDocumentBytes);
  const screenshot = SCREENSHOT.exec(path)?.[1];
  const extension = path.startsWith("ui/") ? path.slice(path.lastIndexOf(".") + 1) : screenshot;
  if (extension === undefined || !Object.hasOwn(UI_TYPES, extension)) return null;
  const [look, mediaType] = UI_TYPES[extension] as readonly [Look, string];
  return screenshot === undefined
    ? rule("ui", look, mediaType, LIMITS.maxFileBytes)
    : rule("screenshot", look, mediaType, LIMITS.maxScreenshotBytes);
}

/** The media type of a path by the closed table; null for what cannot be in a bundle. */
export function mediaTypeOf(path: string): string | null {
  return fileRule(path)?.mediaType ?? null;
}

/** 2 … for `migrations/settings-<n>.json`, null for every other path. */
export function migrationNumber(path: string): number | null {
  const digits = MIGRATION.exec(path)?.[1];
  return digits === undefined ? null : Number(digits);
}

function rule(
  role: FileRole,
  look: Look,
  mediaType: string,
  maxBytes: number,
  tooLarge: BundleReason = "file_too_large",
): FileRule {
  return { role, look, mediaType, maxBytes, tooLarge };
}
