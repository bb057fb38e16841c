import { describe, expect, it } from "vitest";
import { closureDigestOf } from "../../../src/domain/manifest/capabilities.ts";
import type { ResolveRequest } from "../../../src/domain/resolve/request.ts";
import { resolve } from "../../../src/domain/resolve/resolve.ts";
import { digestOf, documentsOf, NO_CAPABILITIES, type Shelf } from "./index-documents.ts";

type Extra = Parameters<typeof documentsOf>[1];

async function plan(shelf: Shelf, request: Partial<ResolveRequest>, extra?: Extra) {
  const answer = await resolve(documentsOf(shelf, extra), { appVersion: "0.1.0", roots: {}, ...request });
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value;
}

async function refusal(shelf: Shelf, request: Partial<ResolveRequest>, extra?: Extra) {
  const answer = await resolve(documentsOf(shelf, extra), { appVersion: "0.1.0", roots: {}, ...request });
  if (answer.ok) throw new Error("a plan was found");
  return answer.problem;
}

const named = (choices: readonly { name: string; version: string }[]) =>
  choices.map(({ name, version }) => `${name} ${version}`);
const locked = (name: string, version: string) => ({ [name]: { version, sha256: digestOf(name, version) } });

describe("candidates", () => {
  const SHELF = { notes: { "1.0.0": {}, "1.1.0": {}, "1.2.0-beta.1": {}, "2.0.0-beta.1": {} } };

  it("pre-releases come by the plugin's channel or by a range that names one, and never over the range's end", async () => {
    expect(named((await plan(SHELF, { roots: { notes: "^1.0.0" } })).install)).toEqual(["notes 1.1.0"]);
    const beta = { roots: { notes: "^1.0.0" }, channels: { notes: "beta" as const } };
    expect(named((await plan(SHELF, beta)).install)).toEqual(["notes 1.2.0-beta.1"]);
    const rc = { roots: { notes: "^1.0.0" }, channels: { notes: "rc" as const } };
    expect(named((await plan(SHELF, rc)).install)).toEqual(["notes 1.1.0"]);
    expect(named((await plan(SHELF, { roots: { notes: "^1.2.0-beta.1" } })).install)).toEqual(["notes 1.2.0-beta.1"]);
  });

  it("a withdrawn version comes by the lock with its digest, or by the root's exact number, not by a plugin's", async () => {
    const extra = { "notes@1.1.0": { state: "yanked" as const, notice: "It lost data" } };
    const roots = { notes: "^1.0.0" };
    expect(named((await plan(SHELF, { roots }, extra)).install)).toEqual(["notes 1.0.0"]);
    const kept = await plan(SHELF, { roots, lock: locked("notes", "1.1.0") }, extra);
    expect([named(kept.keep), kept.notices]).toMatchObject([
      ["notes 1.1.0"],
      [{ state: "yanked", message: "It lost data" }],
    ]);
    const forged = { notes: { version: "1.1.0", sha256: "0".repeat(64) } };
    expect(named((await plan(SHELF, { roots, lock: forged }, extra)).update)).toEqual(["notes 1.0.0"]);
    expect(named((await plan(SHELF, { roots: { notes: "=1.1.0" } }, extra)).install)).toEqual(["notes 1.1.0"]);
    const pinning = { ...SHELF, other: { "1.0.0": { notes: "1.1.0" } } };
    expect((await refusal(pinning, { roots: { other: "*" } }, extra)).reason).toBe("resolution_conflict");
  });

  it("an older host gets the newest release made for it", async () => {
    const extra = { "notes@1.1.0": { minAppVersion: "0.3.0" } };
    expect(named((await plan(SHELF, { roots: { notes: "*" } }, extra)).install)).toEqual(["notes 1.0.0"]);
    const newer = { roots: { notes: "*" }, appVersion: "0.3.0" };
    expect(named((await plan(SHELF, newer, extra)).install)).toEqual(["notes 1.1.0"]);
  });

  it("a lock with a blocked release is refused with the replacement, until that plugin is moved", async () => {
    const extra = { "notes@1.1.0": { state: "blocked" as const, replacement: "better-notes" } };
    const request = { roots: { notes: "*" }, lock: locked("notes", "1.1.0") };
    expect(await refusal(SHELF, request, extra)).toMatchObject({
      reason: "locked_release_blocked",
      facts: { name: "notes", version: "1.1.0", replacement: "better-notes" },
    });
    expect(named((await plan(SHELF, { ...request, update: ["notes"] }, extra)).update)).toEqual(["notes 1.0.0"]);
  });
});

describe("a plan", () => {
  it("prefers what is locked, moves what is asked to move, takes the oldest where that is wanted", async () => {
    const shelf = { a: { "1.0.0": { b: "^1.0.0" }, "1.1.0": { b: "^1.0.0" } }, b: { "1.0.0": {}, "1.1.0": {} } };
    const lock = { ...locked("a", "1.0.0"), ...locked("b", "1.0.0"), ...locked("gone", "1.0.0") };
    const kept = await plan(shelf, { roots: { a: "*" }, lock });
    expect([named(kept.keep), kept.remove]).toEqual([["b 1.0.0", "a 1.0.0"], [{ name: "gone", version: "1.0.0" }]]);
    const moved = await plan(shelf, { roots: { a: "*" }, lock, update: ["a"] });
    expect([named(moved.update), named(moved.keep)]).toEqual([["a 1.1.0"], ["b 1.0.0"]]);
    expect(named((await plan(shelf, { roots: { a: "*" }, minimal: true })).install)).toEqual(["b 1.0.0", "a 1.0.0"]);
  });

  it("installs what is needed first; plugins that need each other stand together, by name", async () => {
    const shelf = {
      z: { "1.0.0": { m: "*" } },
      m: { "1.0.0": { k: "*" } },
      k: { "1.0.0": { m: "*", a: "*" } },
      a: { "1.0.0": {} },
    };
    expect(named((await plan(shelf, { roots: { z: "*" } })).install)).toEqual([
      "a 1.0.0",
      "k 1.0.0",
      "m 1.0.0",
      "z 1.0.0",
    ]);
  });

  it("may do what all of it may do, and says by which chain", async () => {
    const shelf = { a: { "1.1.0": {}, "1.2.0": { c: "*" } }, c: { "1.0.0": {} } };
    const writes = { ...NO_CAPABILITIES, permissions: ["customers.write"] };
    const extra = { "c@1.0.0": { capabilities: writes } };
    const before = await plan(shelf, { roots: { a: "1.1.0" } }, extra);
    expect(before.closureDigest).toBe(await closureDigestOf(NO_CAPABILITIES));
    const after = await plan(shelf, { roots: { a: "^1.2.0" } }, extra);
    expect(after.closure.elements).toContainEqual({ kind: "permissions", value: "customers.write", paths: ["a → c"] });
    expect(after.closureDigest).toBe(
      await closureDigestOf({ ...NO_CAPABILITIES, permissions: ["customers.write"], dependencies: { c: "*" } }),
    );
  });
});

describe("a conflict", () => {
  const told = async (...question: Parameters<typeof refusal>) => {
    const { facts } = await refusal(...question);
    return [facts?.explanation, facts?.wouldWork];
  };

  it("names who needs what, and what would work", async () => {
    const shelf = {
      invoices: { "2.0.0": { "pdf-writer": "^3.0.0" } },
      reports: { "1.4.0": { "pdf-writer": "^2.1.0" }, "1.5.0-beta.1": { "pdf-writer": "^3.0.0" } },
      "pdf-writer": { "2.1.0": {}, "3.0.0": {} },
    };
    expect(await told(shelf, { roots: { invoices: "*", reports: "*" } })).toEqual([
      [
        "`invoices 2.0.0` needs `pdf-writer ^3.0.0`, and `reports 1.4.0` needs `pdf-writer ^2.1.0`.",
        "No version of pdf-writer is in both ranges, so they cannot be installed together.",
      ],
      ["reports 1.5.0-beta.1 (channel beta).", "everything else without invoices.", "everything else without reports."],
    ]);
  });

  it.each<[string, Shelf, Partial<ResolveRequest>, Extra, readonly string[]]>([
    [
      "another Rising-BSM",
      { kanban: { "1.9.2": {}, "2.0.0": {}, "2.1.0": {} } },
      { roots: { kanban: "^2.0.0" } },
      { "kanban@2.0.0": { minAppVersion: "0.3.0" }, "kanban@2.1.0": { minAppVersion: "0.3.0" } },
      [
        "You asked for `kanban ^2.0.0`. Every version of kanban in ^2.0.0 needs Rising-BSM 0.3.0 or newer; this instance runs 0.1.0. The newest that fits is 1.9.2.",
      ],
    ],
    ["a plugin that is not there", {}, { roots: { nowhere: "*" } }, {}, ["There is no plugin nowhere."]],
    [
      "only pre-releases",
      { a: { "1.0.0": { b: "*" } }, b: { "1.0.0-beta.1": {} } },
      { roots: { a: "*" } },
      {},
      [
        "`a 1.0.0` needs `b`. Only pre-releases of b are in *, and its channel is stable; the newest is 1.0.0-beta.1 (channel beta).",
      ],
    ],
    [
      "a blocked release",
      { a: { "1.0.0": {} } },
      { roots: { a: "*" } },
      { "a@1.0.0": { state: "blocked" } },
      ["a 1.0.0 is blocked."],
    ],
    [
      "two ways that both end",
      {
        a: { "1.0.0": { b: "^1.0.0" }, "2.0.0": { b: "^2.0.0" } },
        b: { "1.0.0": { c: "^1.0.0" }, "2.0.0": { c: "^2.0.0" } },
        c: { "1.0.0": {}, "2.0.0": {}, "3.0.0": {} },
        d: { "1.0.0": { c: "^3.0.0" } },
      },
      { roots: { a: "*", d: "*" } },
      {},
      [
        "`a 2.0.0` needs `b ^2.0.0`, and `a 1.0.0` needs `b ^1.0.0`.",
        "`b 2.0.0` needs `c ^2.0.0`, `b 1.0.0` needs `c ^1.0.0`, and `d 1.0.0` needs `c ^3.0.0`.",
        "Whichever is chosen, no version of c fits them all.",
      ],
    ],
  ])("tells of %s", async (_, shelf, request, extra, sentences) => {
    expect((await told(shelf, request, extra))[0]).toEqual(sentences);
  });
});

describe("large shelves", () => {
  it("sec-56 a resolver bomb ends with resolution_too_complex", async () => {
    // Eleven pigeons, ten holes: small, without a plan, and hard for every search.
    const [pigeons, holes] = [11, 10].map((count) => Array.from({ length: count }, (_, index) => index + 1));
    const shelf: Record<string, Record<string, Record<string, string>>> = {};
    for (const pigeon of pigeons ?? [])
      shelf[`pigeon${pigeon}`] = Object.fromEntries(
        (holes ?? []).map((hole) => [`${hole}.0.0`, { [`hole${hole}`]: `${pigeon}.0.0` }]),
      );
    for (const hole of holes ?? [])
      shelf[`hole${hole}`] = Object.fromEntries((pigeons ?? []).map((pigeon) => [`${pigeon}.0.0`, {}]));
    const roots = Object.fromEntries((pigeons ?? []).map((pigeon) => [`pigeon${pigeon}`, "*"]));
    expect((await refusal(shelf, { roots })).reason).toBe("resolution_too_complex");
  });

  it("a chain of a thousand plugins is one plan, deepest first", async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `p${index}`,
        Object.fromEntries(
          ["1.0.0", "1.1.0", "2.0.0"].map((version) => [version, index < 999 ? { [`p${index + 1}`]: "^1.0.0" } : {}]),
        ),
      ]),
    );
    const { install } = await plan(chain, { roots: { p0: "^1.0.0" } });
    expect([install.length, install[0]?.name, install[999]?.name, install[500]?.version]).toEqual([
      1000,
      "p999",
      "p0",
      "1.1.0",
    ]);
  });
});
