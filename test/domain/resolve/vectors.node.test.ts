import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { resolve } from "../../../src/domain/resolve/resolve.ts";
import { documentsOf } from "./index-documents.ts";

const FILE = path.resolve(import.meta.dirname, "../../../../shared/vectors/resolver/scenarios.json");

interface Expectation {
  readonly kind: "solution" | "conflict" | "multi";
  readonly solution?: { readonly [name: string]: string };
  readonly partial?: boolean;
  readonly involves?: readonly string[];
  readonly mustNotMention?: readonly string[];
}
interface Scenario {
  readonly id: string;
  readonly packages: {
    readonly [name: string]: {
      readonly [version: string]: { readonly deps: { readonly [name: string]: string }; readonly yanked?: boolean };
    };
  };
  readonly steps: readonly {
    readonly root: { readonly deps: { readonly [name: string]: string } };
    readonly expect: Expectation;
    readonly expectNpm?: Expectation;
  }[];
}

if (existsSync(FILE)) {
  const { scenarios } = JSON.parse(readFileSync(FILE, "utf8")) as { scenarios: readonly Scenario[] };
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", async (_, { packages, steps }) => {
    const versions = Object.entries(packages);
    const shelf = Object.fromEntries(
      versions.map(([name, list]) => [
        name,
        Object.fromEntries(Object.entries(list).map(([version, { deps }]) => [version, deps])),
      ]),
    );
    const withdrawn = versions.flatMap(([name, list]) =>
      Object.entries(list).flatMap(([version, { yanked }]) =>
        yanked === true ? [[`${name}@${version}`, { state: "yanked" as const }] as const] : [],
      ),
    );
    const documents = documentsOf(shelf, Object.fromEntries(withdrawn));
    let lock = {};
    for (const { root, expect: foreign, expectNpm } of steps) {
      const expected = expectNpm ?? foreign;
      const answer = await resolve(documents, { appVersion: "0.1.0", roots: root.deps, lock });
      if (expected.kind === "conflict") {
        expect(answer).toMatchObject({ ok: false, problem: { reason: "resolution_conflict" } });
        if (answer.ok) continue;
        const said = JSON.stringify(answer.problem.facts?.explanation);
        for (const name of expected.involves ?? []) expect(said).toContain(name);
        for (const name of expected.mustNotMention ?? []) expect(said).not.toContain(name);
        continue;
      }
      if (!answer.ok) throw new Error(answer.problem.detail);
      const chosen = [...answer.value.install, ...answer.value.keep, ...answer.value.update];
      const found = Object.fromEntries(chosen.map(({ name, version }) => [name, version]));
      if (expected.partial) expect(found).toMatchObject(expected.solution ?? {});
      else expect(found).toEqual(expected.solution);
      lock = Object.fromEntries(chosen.map(({ name, version, sha256 }) => [name, { version, sha256 }]));
    }
  });
} else {
  it("the foreign scenarios are not here", () => expect(existsSync(FILE)).toBe(false));
}
