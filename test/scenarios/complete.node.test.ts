import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { LICENSING_SCENARIOS } from "./licensing-list.ts";

const FOLDER = import.meta.dirname;
const NAMED = /\bit(?:\.each\([^\n]*\))?\(\s*(["'`])(\d+\. .*?)\1\s*,/gs;

/** Names of tests that begin with a number; where a test only belongs to a scenario, its name begins otherwise. */
const names = readdirSync(FOLDER)
  .filter((file) => /^licensing-.*\.test\.ts$/.test(file))
  .flatMap((file) => [...readFileSync(path.join(FOLDER, file), "utf8").matchAll(NAMED)].map((found) => found[2] ?? ""));

it("every scenario of licensing has a test that is named for it", () => {
  expect(LICENSING_SCENARIOS.map(numberOf)).toEqual(Array.from({ length: 65 }, (_, index) => index + 1));
  const missing = LICENSING_SCENARIOS.filter((scenario) => !names.some((name) => name.startsWith(scenario)));
  expect(missing).toEqual([]);
});

it("no test is named for a scenario that does not exist", () => {
  const strange = names.filter((name) => !LICENSING_SCENARIOS.some((scenario) => name.startsWith(scenario)));
  expect(strange).toEqual([]);
});

function numberOf(scenario: string): number {
  return Number(scenario.split(".")[0]);
}
