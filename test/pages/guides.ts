import { readdirSync } from "node:fs";
import path from "node:path";
import { readGuide } from "../../src/local/docs/build-docs.ts";
import { CONTENTS } from "../../src/pages/docs/contents.ts";

/** One fenced block of a guide: ```` ```console run ````, ```` ```ts file=src/server.ts ````. */
export interface Fence {
  readonly language: string;
  /** Words after the language. */
  readonly words: readonly string[];
  /** Where a file of the guide belongs, if the block is one. */
  readonly file: string | null;
  readonly text: string;
}
export interface Guide {
  readonly slug: string;
  readonly fences: readonly Fence[];
}

const FOLDER = path.resolve(import.meta.dirname, "../../src/pages/docs/guides");

/** Every written guide with its blocks, in reading order. */
export async function readGuides(): Promise<readonly Guide[]> {
  const written = new Set(readdirSync(FOLDER).map((file) => file.replace(/\.md$/, "")));
  const slugs = CONTENTS.flatMap(({ pages }): readonly string[] => pages).filter((slug) => written.delete(slug));
  if (written.size > 0) throw new Error(`not in the contents: ${[...written]}`);
  return Promise.all(slugs.map(async (slug) => ({ slug, fences: fencesOf(await readGuide(slug)) })));
}

function fencesOf(markdown: string): readonly Fence[] {
  return [...markdown.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", info = "", text = ""]) => {
      const words = info
        .trim()
        .split(/\s+/)
        .filter((word) => word !== "");
      return { language, words, file: words.find((word) => word.startsWith("file="))?.slice(5) ?? null, text };
    },
  );
}

/** The commands of a console block, without prompt. */
export function commandsOf({ text }: Fence): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("$ "))
    .map((line) => line.slice(2));
}

/** What the block says is printed; `…` stands for anything. */
export function linesOf({ text }: Fence): readonly RegExp[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("$ "))
    .map(
      (line) =>
        new RegExp(
          line
            .split("…")
            .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
            .join(".*"),
        ),
    );
}
