import { decodeValidUtf8 } from "../json/utf8.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { views } from "../manifest/rules.ts";
import { fileRule } from "./files.ts";
import { type BundleProblem, problem } from "./problem.ts";

/** Whatever could be a path; long runs are none. */
const PATH_LIKE = /[A-Za-z0-9_./-]+/g;
/** What is read to find names; a bundled file of half a mebibyte names nothing that its neighbours do not. */
const MAX_NAMING_BYTES = 512 * 1024;
const MAX_NAMING_TOTAL_BYTES = 4 * 1024 * 1024;

/**
 * Every file under `ui/` lies in the folder of some slot's frame or is named by a file that belongs: a file nobody shows
 * is a file nobody reviews. A name is relative to the naming file or, with a leading slash, to `ui/`. Each text is read
 * once, small ones only, so the work is bounded.
 */
export function strayUiFiles(manifest: Manifest, file: (path: string) => Uint8Array | null): readonly BundleProblem[] {
  const paths = Object.keys(manifest.files).filter((path) => path.startsWith("ui/"));
  const folders = views(manifest).flatMap(({ view }) => (view.file === undefined ? [] : folderOf(view.file)));
  const belongs = paths.filter((path) => folders.some((folder) => path.startsWith(folder)));
  const strays = new Set(paths.filter((path) => !folders.some((folder) => path.startsWith(folder))));
  let left = MAX_NAMING_TOTAL_BYTES;
  while (strays.size > 0) {
    const next = belongs.pop();
    if (next === undefined) break;
    const size = manifest.files[next]?.size ?? 0;
    if (size > MAX_NAMING_BYTES || size > left || next.endsWith(".txt")) continue;
    left -= size;
    for (const [name] of textOf(next, file).matchAll(PATH_LIKE)) {
      const path = name.length > 250 ? null : resolve(folderOf(next), name);
      if (path !== null && strays.delete(path)) belongs.push(path);
    }
  }
  return [...strays].map((path) =>
    problem("manifest_rule", "belongs to no slot's folder and is named nowhere", { path }),
  );
}

/** With its slash. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function textOf(path: string, file: (path: string) => Uint8Array | null): string {
  const look = fileRule(path)?.look;
  const bytes = look === "text" || look === "code" || look === "svg" ? file(path) : null;
  return bytes === null ? "" : decodeValidUtf8(bytes);
}

/** `../shared/a.js` in `ui/pages/` is `ui/shared/a.js`; null outside of `ui/`. */
function resolve(folder: string, name: string): string | null {
  const segments = name.startsWith("/") ? ["ui"] : folder.split("/").slice(0, -1);
  for (const segment of name.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "." && segment !== "") segments.push(segment);
  }
  return segments[0] === "ui" ? segments.join("/") : null;
}
