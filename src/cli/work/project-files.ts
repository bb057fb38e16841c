import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";

/** Paths with `/`, in byte order → bytes. What goes into a bundle beside its manifest. */
export type Files = Map<string, Uint8Array>;

/** Every file below a folder, in byte order. Names that begin with a dot are left out; a link is refused: it could lead anywhere. */
export async function readFolder(folder: string, prefix = ""): Promise<Outcome<Files>> {
  const files: Files = new Map();
  for (const entry of (await readdir(path.join(folder, prefix), { withFileTypes: true })).sort(byName)) {
    const name = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) {
      const inner = await readFolder(folder, name);
      if (!inner.ok) return inner;
      for (const [file, bytes] of inner.value) files.set(file, bytes);
    } else {
      const bytes = await readOwnFile(folder, name);
      if (!bytes.ok) return bytes;
      if (bytes.value) files.set(name, bytes.value);
    }
  }
  return ok(files);
}

/** The bytes of one file of a project, null where there is none. */
export async function readOwnFile(folder: string, name: string): Promise<Outcome<Uint8Array | null>> {
  const file = path.join(folder, name);
  const stat = await lstat(file).catch(() => null);
  if (!stat) return ok(null);
  if (!stat.isFile())
    return {
      ok: false,
      problem: {
        code: "file_type_forbidden",
        kind: "bundle",
        message: `${name} is not a plain file; links and special files cannot be packed.`,
        next: "Replace it by the file itself.",
      },
    };
  return ok(new Uint8Array(await readFile(file)));
}

/** Writes a whole folder anew. It is replaced only if it is empty or was written by a build before: it holds a manifest.json. */
export async function replaceFolder(folder: string, files: Files): Promise<Outcome<null>> {
  const present = await readdir(folder).catch((): string[] => []);
  if (present.length > 0 && !present.includes("manifest.json"))
    return {
      ok: false,
      problem: {
        code: "folder_not_ours",
        kind: "conflict",
        message: `${folder} holds files that no build wrote; it would be emptied.`,
        next: "Move its files away, or choose another folder with --out.",
      },
    };
  await rm(folder, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    const file = path.join(folder, ...name.split("/"));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return ok(null);
}

/** JSON of any kind from a file; undefined when it is none. A missing file throws, and that is an answer of its own. */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The file is whole or not there: written beside its place, then moved. */
export async function writeWhole(file: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, content, { mode });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
