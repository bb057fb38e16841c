import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { FIELD_WORDS } from "../../../src/domain/manifest/field-words.ts";
import { MANIFEST, manifestJsonSchema } from "../../../src/domain/manifest/manifest.ts";
import { faultsOf } from "./json-schema.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const ID = "https://plugins.example.com/schemas/manifest.json";
const SCHEMA = manifestJsonSchema(ID);
const AUTHOR = MANIFEST.partial({ build: true, files: true });
const EXAMPLES = readdirSync(path.join(ROOT, "src/examples"), { withFileTypes: true }).filter((it) => it.isDirectory());

function manifestOf(name: string): JsonObject {
  return JSON.parse(readFileSync(path.join(ROOT, "src/examples", name, "manifest.json"), "utf8"));
}

/** Every field of the schema by its path. */
function fieldsOf(schema: JsonObject, at = ""): [string, JsonObject][] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>);
  return [
    ...properties.flatMap(([name, inner]): [string, JsonObject][] => {
      const here = at === "" ? name : `${at}.${name}`;
      return [[here, inner], ...fieldsOf(inner, here)];
    }),
    ...(schema.items ? fieldsOf(schema.items as JsonObject, `${at}[]`) : []),
  ];
}

describe("the JSON Schema of manifest.json", () => {
  it("is draft 2020-12 under its own absolute address", () => {
    expect(SCHEMA.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(SCHEMA.$id).toBe(ID);
    expect(manifestJsonSchema()).not.toHaveProperty("$id");
  });

  it("has a title and a description at every field, and no words for fields that do not exist", () => {
    const fields = fieldsOf(SCHEMA);
    expect(fields.length).toBeGreaterThan(90);
    expect(fields.filter(([, field]) => !field.title || !field.description).map(([name]) => name)).toEqual([]);
    const known = new Set(fields.map(([name]) => name));
    const strangers = Object.keys(FIELD_WORDS).filter((name) => !known.has(name.replace(/\[\]$/, "")));
    expect(strangers).toEqual([]);
  });

  it("accepts the examples of its own fields", () => {
    const wrong = fieldsOf(SCHEMA).flatMap(([name, field]) =>
      ((field.examples ?? []) as JsonObject[]).flatMap((example) => faultsOf(field, example, name)),
    );
    expect(wrong).toEqual([]);
  });

  it.each(EXAMPLES.map(({ name }) => name))("accepts the manifest of %s, as the parser does", (name) => {
    const manifest = manifestOf(name);
    expect(faultsOf(SCHEMA, manifest)).toEqual([]);
    expect(AUTHOR.safeParse(manifest).success).toBe(true);
  });

  it.each([
    ["an unknown field", { colour: "red" }],
    ["a missing field", { name: undefined }],
    ["a name in capitals", { name: "Visit-Notes" }],
    [
      "a permission nobody knows",
      { permissions: [{ code: "everything", description: "Needs it all.", required: true }] },
    ],
    ["a trial of a year", { trialDays: 365 }],
    ["an unknown field deep inside", { support: { email: "a@b.example", fax: "1" } }],
  ])("refuses %s, as the parser does", (_, change) => {
    const manifest = JSON.parse(JSON.stringify({ ...manifestOf("lead-scorer"), ...change }));
    expect(faultsOf(SCHEMA, manifest)).not.toEqual([]);
    expect(AUTHOR.safeParse(manifest).success).toBe(false);
  });
});
