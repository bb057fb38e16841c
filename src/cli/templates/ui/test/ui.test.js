import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("the page names only files that are packed beside it", () => {
  const folder = new URL("../dist/ui/", import.meta.url);
  const page = readFileSync(new URL("index.html", folder), "utf8");
  const named = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]);
  assert.deepEqual(named, ["index.css", "index.js"]);
  for (const file of named) assert.ok(readFileSync(new URL(file, folder)).length > 0);
});
