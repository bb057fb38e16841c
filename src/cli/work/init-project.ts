import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeUtf8 } from "../../domain/bytes.ts";
import { manifestJsonSchema } from "../../domain/manifest/manifest.ts";
import { PLUGIN_NAME, PUBLISHER_HANDLE } from "../../domain/manifest/parts.ts";
import { PLUGIN_TYPES, type PluginType } from "../../domain/manifest/permissions.ts";
import { ok } from "../../domain/result.ts";
import { misuse, type Outcome } from "../problem.ts";
import { type Files, readFolder } from "./project-files.ts";
import { findSdk, SDK_NAME } from "./sdk.ts";
import { findVitestFolder } from "./test/run-tests.ts";

export interface Project {
  readonly folder: string;
  readonly template: PluginType;
  /** Plugin name, 3–50 characters. */
  readonly name: string;
  /** Publisher handle, 2–39 characters. */
  readonly publisher: string;
}

const PLACEHOLDERS = /my-plugin|my-publisher|My plugin/g;
const TEMPLATES = path.join(import.meta.dirname, "../templates");

/** Writes a plugin that builds, packs and passes its test as it is, without network. The folder must be new or empty. */
export async function initProject(project: Project): Promise<Outcome<readonly string[]>> {
  const wrong = judgeNames(project);
  if (wrong) return { ok: false, problem: wrong };
  const present = await readdir(project.folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (present.some((name) => name !== ".git"))
    return {
      ok: false,
      problem: {
        code: "folder_not_empty",
        kind: "conflict",
        message: `${project.folder} is not empty.`,
        next: "Choose a new folder.",
      },
    };
  const files = await fillTemplates(project);
  if (!files.ok) return files;
  for (const [name, bytes] of files.value) {
    const file = path.join(project.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: "wx" });
  }
  await linkSdk(project.folder);
  return ok([...files.value.keys()]);
}

export function isTemplate(text: string): text is PluginType {
  return (PLUGIN_TYPES as readonly string[]).includes(text);
}

/** `Visit Notes_2` → `visit-notes-2`: a name for a folder that was called anything. */
export function nameAfterFolder(folder: string): string {
  const words =
    path
      .basename(folder)
      .toLowerCase()
      .normalize("NFKD")
      .match(/[a-z0-9]+/g) ?? [];
  const name = words
    .join("-")
    .replace(/^[0-9-]+/, "")
    .slice(0, 50)
    .replace(/-$/, "");
  return name.length >= 3 ? name : "my-plugin";
}

/** The templates are a plugin `my-plugin` of `my-publisher`, so that compiler and linter see them as they are. */
async function fillTemplates({ template, name, publisher }: Project): Promise<Outcome<Files>> {
  const files: Files = new Map([
    ["manifest.schema.json", encodeUtf8(`${JSON.stringify(manifestJsonSchema(), null, 2)}\n`)],
  ]);
  const title = name.replaceAll("-", " ").replace(/^./, (letter) => letter.toUpperCase());
  const own: Readonly<Record<string, string>> = { "my-plugin": name, "my-publisher": publisher, "My plugin": title };
  for (const folder of ["every", template]) {
    const found = await readFolder(path.join(TEMPLATES, folder));
    if (!found.ok) return found;
    for (const [file, bytes] of found.value) {
      const text = new TextDecoder().decode(bytes).replaceAll(PLACEHOLDERS, (word) => own[word] ?? word);
      files.set(file === "gitignore" ? ".gitignore" : file, encodeUtf8(text));
    }
  }
  return ok(new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Lets editors and compilers find the types; no command needs such a link. Where links are not allowed, they are left out. */
async function linkSdk(folder: string): Promise<void> {
  const modules = path.join(folder, "node_modules");
  await mkdir(path.join(modules, "@rising-bsm"), { recursive: true });
  await symlink(findSdk().folder, path.join(modules, SDK_NAME), "junction").catch(() => {});
  const vitest = findVitestFolder(import.meta.filename);
  if (vitest !== null) await symlink(vitest, path.join(modules, "vitest"), "junction").catch(() => {});
}

function judgeNames({ name, publisher }: Project) {
  if (!PLUGIN_NAME.safeParse(name).success)
    return misuse("name_invalid", `“${name}” cannot name a plugin: 3–50 of a–z, 0–9 and single dashes.`);
  if (!PUBLISHER_HANDLE.safeParse(publisher).success)
    return misuse(
      "publisher_invalid",
      `“${publisher}” is not a publisher's handle: 2–39 of a–z, 0–9 and single dashes.`,
    );
  return null;
}
