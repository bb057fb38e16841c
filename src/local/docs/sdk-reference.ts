import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "../root.ts";
import { runTool } from "../run-tool.ts";
import { type Declared, readDeclarations } from "./declarations.ts";
import { code, table } from "./markdown-table.ts";

const SDK = path.join(ROOT, "src/sdk");
const NAME = "@rising-bsm/plugin-sdk";

/** What each entry is for; an entry without words here has none on the page. */
const ENTRIES: Readonly<Record<string, string>> = {
  ".": "What a plugin imports: its definition, the context of its handlers, the rows of the host.",
  "./testing/isolate": "Runs a plugin in a real isolate, with the sandbox that the marketplace uses.",
  "./testing": "A host and a whole Rising-BSM instance in memory, for tests.",
  "./verify": "Whether bytes may be installed: both signatures, the digests, the strict reader. For hosts and tools.",
  "./webhook": "Reads webhooks of the marketplace, after their signature.",
  "./client": "Calls of the marketplace as a host's interface makes them.",
  "./element": "`<rbsm-plugin>`: a plugin's view in a page of the host.",
  "./ui":
    "For a plugin's own page in a frame: calls of its routes, theme and height. The page's side of the bridge, too.",
  "./react": "Hooks for a host's interface. Needs React as a peer.",
  "./license": "Verifies leases without a network and knows when to ask for the next one.",
  "./compat": "Runs plugins written as host-style objects.",
};

const GROUPS = [["function", "class"], ["const"], ["interface", "type"]] as const;

/** Every export of the SDK, from its declarations and doc comments: one page per entry. Slug → Markdown, the first is `sdk`. */
export async function sdkPages(): Promise<Readonly<Record<string, string>>> {
  const entries = sdkEntries();
  const types = await emitDeclarations(Object.values(entries));
  const pages = Object.entries(entries).map(([entry, source]): [string, string] => {
    const file = path.join(types, path.relative(path.join(ROOT, "src"), source)).replace(/\.tsx?$/, ".d.ts");
    const parts = renderEntry([...readDeclarations(file).values()]);
    return [slugOf(entry), entry === "." ? mainPage(Object.keys(entries), parts) : entryPage(entry, parts)];
  });
  await rm(types, { recursive: true, force: true });
  return Object.fromEntries(pages);
}

function slugOf(entry: string): string {
  return ["sdk", ...entry.split(/[./]+/).filter((word) => word !== "")].join("-");
}

function mainPage(entries: readonly string[], parts: string): string {
  return [
    "# SDK reference",
    "",
    `Every export of \`${NAME}\`, from its declarations.`,
    "",
    table(
      ["Import", "What it is for"],
      entries.map((entry) => [
        `[${code(NAME + entry.slice(1))}](/docs/${slugOf(entry)}${entry === "." ? "#main" : ""})`,
        ENTRIES[entry] ?? "",
      ]),
    ),
    "",
    `## \`${NAME}\` {#main}`,
    "",
    parts,
  ].join("\n");
}

function entryPage(entry: string, parts: string): string {
  const line = `\`import { … } from "${NAME}${entry.slice(1)}"\``;
  return [`# SDK: ${entry.slice(2)}`, "", ENTRIES[entry] ?? "", "", line, "", parts].join("\n");
}

/** Entry of package.json → the source behind it. */
function sdkEntries(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(path.join(SDK, "package.json"), "utf8")) as {
    exports: Record<string, unknown>;
  };
  const found: Record<string, string> = {};
  for (const [entry, target] of Object.entries(exports)) {
    const stem = entry === "." ? "index" : entry.slice(2);
    const named = typeof target === "string" ? [target] : [];
    const source = [...named, `${stem}.ts`, `${stem}.tsx`, `${stem}/index.ts`, `${stem}/index.tsx`]
      .filter((file) => /(?<!\.d)\.tsx?$/.test(file))
      .map((file) => path.join(SDK, file))
      .find((file) => existsSync(file));
    if (source !== undefined) found[entry] = source;
  }
  return found;
}

/** TypeScript writes declarations beside nothing of ours; the folder they begin in. */
async function emitDeclarations(sources: readonly string[]): Promise<string> {
  const folder = path.join(ROOT, "dist/docs", `types.${process.pid}`);
  await mkdir(folder, { recursive: true });
  const config = path.join(folder, "tsconfig.json");
  const globals = readdirSync(SDK)
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => path.join(SDK, file));
  await writeFile(
    config,
    JSON.stringify({
      extends: path.join(ROOT, "src/tsconfig.base.json"),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        noCheck: true,
        rootDir: path.join(ROOT, "src"),
        outDir: folder,
        lib: ["ES2024", "DOM", "DOM.Iterable"],
        types: [],
      },
      files: [...sources, ...globals],
    }),
  );
  await runTool("tsc", ["-p", config]);
  return folder;
}

function renderEntry(declared: readonly Declared[]): string {
  return GROUPS.flatMap((kinds) =>
    declared.filter(({ kind }) => (kinds as readonly string[]).includes(kind)).flatMap(renderItem),
  ).join("\n");
}

/** What it is, its declaration, its examples. */
function renderItem({ name, text, doc }: Declared): string[] {
  const [about = "", ...examples] = doc.split(/^@example\b[ \t]*$/m).map((part) => part.trim());
  return [
    `## \`${name}\` {#${name}}`,
    "",
    ...(about === "" ? [] : [about, ""]),
    "```ts",
    text.replace(/^( {4})+/gm, (indent) => indent.slice(indent.length / 2)),
    "```",
    "",
    ...examples.flatMap((example) => ["Example:", "", example, ""]),
  ];
}
