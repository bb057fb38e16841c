import { readFileSync } from "node:fs";
import path from "node:path";
import { manifestJsonSchema } from "../../domain/manifest/manifest.ts";
import { ROOT } from "../root.ts";
import { code, table } from "./markdown-table.ts";
import { limitsOf, renderShape, type Schema } from "./schema-shape.ts";

/** `manifest.json`, every field, from the schema that validates it; the cross rules from the README beside it. */
export function manifestReference(): string {
  const schema = manifestJsonSchema() as Schema;
  const { $schema: _, ...fields } = schema.properties ?? {};
  return [
    "# Manifest reference",
    "",
    "`manifest.json` says what a plugin is, wants and costs. A field that is not on this page is refused, at every level.",
    "",
    "Editors complete and check the file with its JSON Schema: `rbsm init` writes it beside the manifest, and this marketplace serves it as [`/schemas/manifest.json`](/schemas/manifest.json). `rbsm pack` fills in `build` and `files` and leaves `$schema` out.",
    "",
    "## All fields",
    "",
    table(
      ["Field", "What it is"],
      Object.entries(fields).map(([name, field]) => [
        `[${code(name)}](#${name})${schema.required?.includes(name) ? "" : " (optional)"}`,
        field.description ?? "",
      ]),
    ),
    "",
    ...Object.entries(fields).flatMap(([name, field]) => [
      `## \`${name}\` {#${name}}`,
      "",
      ...describe(name, field),
      "",
    ]),
    "## Cross rules",
    "",
    "What one field cannot say alone. A violation is the refusal `manifest_rule` with a JSON pointer.",
    "",
    ...crossRules(),
    "",
  ].join("\n");
}

function describe(name: string, field: Schema): string[] {
  const rows = rowsOf(field, name);
  return [
    field.description ?? "",
    "",
    `${code(typeWord(field))}${limitsOf(field) === "" ? "" : ` · ${limitsOf(field)}`}`,
    "",
    ...(field.examples?.length
      ? [
          "```json",
          JSON.stringify({ [name]: field.examples[0] }, null, 2)
            .slice(2, -2)
            .replace(/^ {2}/gm, "")
            .trim(),
          "```",
          "",
        ]
      : []),
    ...(rows.length > 0 ? [table(["Field", "Type", "What it is"], rows)] : []),
  ];
}

/** Every field below this one: `egress[].host`. */
function rowsOf(schema: Schema, at: string): string[][] {
  const holder = schema.items ?? schema;
  const below = schema.items ? `${at}[]` : at;
  return Object.entries(holder.properties ?? {}).flatMap(([name, field]) => [
    [
      `${code(`${below}.${name}`)}${holder.required?.includes(name) ? "" : " (optional)"}`,
      [code(typeWord(field)), limitsOf(field)].filter((word) => word !== "").join(" · "),
      field.description ?? "",
    ],
    ...rowsOf(field, `${below}.${name}`),
  ]);
}

function typeWord(field: Schema): string {
  if (field.type === "object") return "object";
  if (field.type === "array") return field.items?.type === "object" ? "object[]" : renderShape(field);
  return renderShape(field);
}

/** The numbered list of the README, without its links into the source. */
function crossRules(): string[] {
  const readme = readFileSync(path.join(ROOT, "src/domain/manifest/README.md"), "utf8");
  const section = /\n## Cross rules\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? "";
  const rules = section.slice(section.indexOf("\n1. "), section.indexOf("**Example.**"));
  if (!rules.includes("1. ")) throw new Error("the manifest's README has no cross rules");
  return rules.trim().split("\n");
}
