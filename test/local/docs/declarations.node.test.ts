import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDeclarations } from "../../../src/local/docs/declarations.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-dts-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return readDeclarations(path.join(folder, Object.keys(files)[0] as string));
}

it("reads every kind of declaration with its comment", async () => {
  const found = await read({
    "kinds.d.ts": `
/** Adds. See {@link Sum}. */
export declare function add(a: number, b: { x: ";" }): Promise<{
    sum: number;
}>;
/** A sum. */
export interface Sum {
    /** Not a statement; of its own. */
    readonly value: string;
}
export type Word = "a;b" | { kind: "c" };
export declare const LIST: readonly ["}", "{"];
export declare class Box<T> {
    #private;
    get(): T;
}
/** Kept to itself. */
declare const hidden: number;
export {};
`,
  });
  expect([...found.keys()]).toEqual(["add", "Sum", "Word", "LIST", "Box"]);
  expect(found.get("add")).toMatchObject({ kind: "function", doc: "Adds. See `Sum`." });
  expect(found.get("add")?.text).toMatch(/^function add\([\s\S]*\}>;$/);
  expect(found.get("Sum")?.text).toContain("Not a statement; of its own.");
  expect(found.get("Word")?.text).toBe('type Word = "a;b" | { kind: "c" };');
});

it("follows exports through other files, under the names they have outside", async () => {
  const found = await read({
    "entry.d.ts":
      'import { late } from "./deep.ts";\nexport * from "./all.ts";\nexport { one as first, type Two } from "./deep.ts";\nexport { late };\nexport { gone } from "package";\n',
    "all.d.ts": "/** All. */\nexport declare const all: 1;\n",
    "deep.d.ts":
      "/** One. */\nexport declare const one: 1;\nexport interface Two {\n}\nexport declare function late(): void;\ndeclare const secret: 1;\n",
  });
  expect([...found.keys()]).toEqual(["all", "first", "Two", "late"]);
  expect(found.get("first")).toMatchObject({ name: "first", doc: "One." });
});
