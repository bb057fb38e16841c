import { describe, expect, it } from "vitest";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { BUNDLE_REASONS } from "../../../src/domain/bundle/reasons.ts";
import { bundle } from "./sample.ts";
import { VECTORS } from "./vectors/all.ts";

/** The same vectors give the same codes wherever the reader runs. */
export function refusesEveryVector(): void {
  describe("a refused bundle", () => {
    for (const vector of VECTORS) {
      const [code] = vector.name.split("--");
      it(`is named ${vector.name}`, async () => {
        const { expectedSha256 } = vector;
        const opened = await openBundle(await vector.bytes(), expectedSha256 === undefined ? {} : { expectedSha256 });
        expect(opened.ok ? "accepted" : opened.problem[0]).toMatchObject({ code, ...vector.where });
      });
    }
  });

  it("has a vector for every code", () => {
    const named = new Set(VECTORS.map((vector) => vector.name.split("--")[0]));
    expect(BUNDLE_REASONS.filter((code) => !named.has(code))).toEqual([]);
  });

  it("accepts the sample, with one digest everywhere", async () => {
    const opened = await openBundle(await bundle());
    expect(opened.ok && opened.value.sha256).toBe("bc8c353dd9c9bd883be32e5b05aaa705abf3a1d807dd90affddc842fa160db1f");
  });
}
