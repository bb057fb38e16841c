import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { BUNDLE_REASONS, PROFILE_REASONS } from "../../../src/domain/bundle/reasons.ts";

interface Case {
  readonly id: string;
  readonly file: string;
  readonly verdict: "accept" | "policy" | "reject";
}

const FOLDER = path.resolve(import.meta.dirname, "../../../../shared/vectors/zip");
const FIRST_OF_STEP_9 = BUNDLE_REASONS.indexOf("manifest_missing");

if (existsSync(FOLDER)) {
  const cases = JSON.parse(readFileSync(path.join(FOLDER, "cases.json"), "utf8")) as readonly Case[];

  it("refuses every hostile foreign archive, and sound ones only by profile or content", async () => {
    expect(cases.length).toBe(232);
    const wrong: string[] = [];
    for (const { id, file, verdict } of cases) {
      const opened = await openBundle(new Uint8Array(readFileSync(path.join(FOLDER, file))));
      const code = opened.ok ? null : opened.problem[0]?.code;
      const isLate = code != null && (PROFILE_REASONS.has(code) || BUNDLE_REASONS.indexOf(code) >= FIRST_OF_STEP_9);
      if (code === null || (verdict !== "reject" && !isLate)) wrong.push(`${id} (${verdict}): ${code ?? "accepted"}`);
    }
    expect(wrong).toEqual([]);
  });

  it("refuses every fuzz seed", async () => {
    const seeds = readdirSync(path.join(FOLDER, "fuzz-seeds"));
    expect(seeds.length).toBe(737);
    for (const seed of seeds) {
      const bytes = new Uint8Array(readFileSync(path.join(FOLDER, "fuzz-seeds", seed)));
      const opened = await openBundle(bytes);
      expect(opened.ok, seed).toBe(false);
    }
  });
} else {
  it("the foreign ZIP vectors are not here", () => expect(existsSync(FOLDER)).toBe(false));
}
