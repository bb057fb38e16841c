import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { CONTENTS } from "../../pages/docs/contents.ts";
import type { DocPage } from "../../pages/docs/docs.ts";
import { ROOT } from "../root.ts";
import { apiPages } from "./api-reference.ts";
import { cliReference } from "./cli-reference.ts";
import { drawPage } from "./draw-page.ts";
import { eventList, permissionList, refusalList, webhookList } from "./lists.ts";
import { manifestReference } from "./manifest-reference.ts";
import { sdkPages } from "./sdk-reference.ts";

const GUIDES = path.join(ROOT, "src/pages/docs/guides");

/** Guides and references as one module for the pages: `dist/docs/pages.docs.js`. */
export async function buildDocs(): Promise<void> {
  const folder = path.join(ROOT, "dist/docs");
  await mkdir(folder, { recursive: true });
  const fresh = path.join(folder, `pages.${process.pid}.js`);
  await writeFile(fresh, `export const docsText = ${JSON.stringify(JSON.stringify(await drawDocs()))};\n`);
  await rename(fresh, path.join(folder, "pages.docs.js"));
}

/** Every page, in reading order. */
export async function drawDocs(): Promise<readonly DocPage[]> {
  const sdk = await sdkPages();
  const references: Readonly<Record<string, string>> = {
    manifest: manifestReference(),
    "permission-list": permissionList(),
    "event-list": eventList(),
    cli: cliReference(),
    webhooks: webhookList(),
    refusals: refusalList(),
    ...sdk,
    ...apiPages(),
  };
  const slugs = (slug: string): readonly string[] => (slug === "sdk" ? Object.keys(sdk) : [slug]);
  return Promise.all(
    CONTENTS.flatMap(({ section, pages }) =>
      pages.flatMap(slugs).map(async (slug) => drawPage(slug, section, references[slug] ?? (await readGuide(slug)))),
    ),
  );
}

/** The Markdown of one written guide. */
export function readGuide(slug: string): Promise<string> {
  return readFile(path.join(GUIDES, `${slug}.md`), "utf8");
}

if (process.argv[1] === import.meta.filename) await buildDocs();
