import { decodeValidUtf8 } from "../json/utf8.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { views } from "../manifest/rules.ts";
import { fileRule } from "./files.ts";
import { type BundleProblem, problem } from "./problem.ts";

/**
 * Every file under `ui/` lies in the folder of some slot's frame or is named by a file that belongs: a file nobody shows
 * is a file nobody reviews. A reference is the path relative to the naming file, or from the root of `ui/`.
 */
export function strayUiFiles(manifest: Manifest, file: (path: string) => Uint8Array | null): readonly BundleProblem[] {
  const paths = Object.keys(manifest.files).filter((path) => path.startsWith("ui/"));
  const folders = views(manifest).flatMap(({ view }) => (view.file === undefined ? [] : folderOf(view.file)));
  const belongs = paths.filter((path) => folders.some((folder) => path.startsWith(folder)));
  const strays = new Set(paths.filter((path) => !belongs.includes(path)));
  for (let next = belongs.pop(); next !== undefined && strays.size > 0; next = belongs.pop()) {
    const text = textOf(next, file);
    for (const stray of [...strays]) {
      if (!mentions(text, next, stray)) continue;
      strays.delete(stray);
      belongs.push(stray);
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

function mentions(text: string, from: string, to: string): boolean {
  return text.includes(relative(folderOf(from), to)) || text.includes(to.slice("ui".length));
}

/** `../shared/a.js` from `ui/pages/` to `ui/shared/a.js`. */
function relative(folder: string, to: string): string {
  const [here, there] = [folder.split("/").slice(0, -1), to.split("/")];
  let shared = 0;
  while (shared < here.length && here[shared] === there[shared]) shared++;
  return [...here.slice(shared).map(() => ".."), ...there.slice(shared)].join("/");
}
