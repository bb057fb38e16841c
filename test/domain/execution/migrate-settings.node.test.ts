import { describe, expect, it } from "vitest";
import { migrateSettings, undoMigrations } from "../../../src/domain/execution/migrate-settings.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import type { Migration } from "../../../src/domain/manifest/migration.ts";

type Step = Migration["operations"][number];
const migrations = (...operations: Step[]): Migration[] => operations.map((operation) => ({ operations: [operation] }));
const undoable = true;

/** A step, what an older version kept, what a newer one reads, what the admin makes of it, and what a rollback finds. */
const STEPS: readonly [string, Step, JsonObject, JsonObject, JsonObject, JsonObject][] = [
  ["rename", { op: "rename", key: "fee", to: "rate", undoable }, { fee: 1 }, { rate: 1 }, { rate: 2 }, { fee: 2 }],
  ["rename of nothing", { op: "rename", key: "fee", to: "rate", undoable }, { a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }],
  ["drop", { op: "drop", key: "old", undoable }, { old: 1, a: 1 }, { a: 1 }, { a: 2 }, { a: 2, old: 1 }],
  [
    "set",
    { op: "set", key: "tone", value: "kind", undoable },
    { tone: "curt" },
    { tone: "kind" },
    { tone: "kind" },
    { tone: "curt" },
  ],
  [
    "set, changed since",
    { op: "set", key: "tone", value: "kind", undoable },
    {},
    { tone: "kind" },
    { tone: "dry" },
    { tone: "dry" },
  ],
  ["set, unchanged", { op: "set", key: "tone", value: "kind", undoable }, {}, { tone: "kind" }, { tone: "kind" }, {}],
  [
    "mapValues",
    { op: "mapValues", key: "tone", values: { kind: "warm", curt: "cold" }, undoable },
    { tone: "kind" },
    { tone: "warm" },
    { tone: "cold" },
    { tone: "curt" },
  ],
  [
    "mapValues of two into one",
    { op: "mapValues", key: "tone", values: { kind: "warm", soft: "warm" }, undoable },
    { tone: "soft" },
    { tone: "warm" },
    { tone: "warm" },
    { tone: "soft" },
  ],
  [
    "mapValues of another value",
    { op: "mapValues", key: "tone", values: { kind: "warm" }, undoable },
    { tone: "x" },
    { tone: "x" },
    { tone: "x" },
    { tone: "x" },
  ],
  ["toType", { op: "toType", key: "n", type: "decimal", undoable }, { n: 3 }, { n: "3" }, { n: "3" }, { n: 3 }],
  [
    "toType of what has none",
    { op: "toType", key: "n", type: "integer", undoable },
    { n: "three" },
    {},
    {},
    { n: "three" },
  ],
];

describe("a step", () => {
  it.each(STEPS)("%s leads forward, and back with what was changed since", (_, step, before, after, changed, back) => {
    expect(migrateSettings(before, migrations(step))).toEqual(after);
    expect(undoMigrations(changed, before, migrations(step))).toEqual(back);
  });

  it.each([
    ["boolean", "true", true],
    ["boolean", "no", undefined],
    ["integer", "12", 12],
    ["decimal", 0.5, "0.5"],
    ["multiselect", "a,b", ["a", "b"]],
    ["text", ["a", "b"], "a,b"],
    ["text", true, "true"],
    ["secret", "s", undefined],
  ] as const)("toType %s makes of %j %j", (type, value, made) => {
    const after = migrateSettings({ k: value }, migrations({ op: "toType", key: "k", type, undoable }));
    expect(after).toEqual(made === undefined ? {} : { k: made });
  });
});

it("goes through all steps in their order, and back last first", () => {
  const all = migrations(
    { op: "rename", key: "fee", to: "rate", undoable },
    { op: "toType", key: "rate", type: "decimal", undoable },
    { op: "set", key: "tone", value: "kind", undoable },
  );
  const before = { fee: 3 };
  expect(migrateSettings(before, all)).toEqual({ rate: "3", tone: "kind" });
  expect(undoMigrations({ rate: "3", tone: "kind" }, before, all)).toEqual(before);
});

it("gives back what the update found, and loses what came since, where one step cannot be taken back", () => {
  const all = migrations(
    { op: "rename", key: "fee", to: "rate", undoable },
    { op: "drop", key: "old", undoable: false },
  );
  expect(undoMigrations({ rate: 9 }, { fee: 1, old: 2 }, all)).toEqual({ fee: 1, old: 2 });
  expect(undoMigrations({ rate: 9 }, {}, all)).toEqual({});
});

it("touches no prototype", () => {
  const step: Step = { op: "mapValues", key: "tone", values: {}, undoable };
  expect(migrateSettings({ tone: "constructor" }, migrations(step))).toEqual({ tone: "constructor" });
});
