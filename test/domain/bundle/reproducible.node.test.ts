import { execFileSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DIGESTS, packsTheSameEverywhere } from "./reproducible.contract.ts";

packsTheSameEverywhere();

describe("packing in another environment", () => {
  it.each([
    { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
    { TZ: "America/St_Johns", LANG: "C", SOURCE_DATE_EPOCH: "0" },
    { TZ: "UTC", LANG: "de_DE.UTF-8", SOURCE_DATE_EPOCH: "4102444800" },
  ])(
    "gives the same bytes: %o",
    (environment) => {
      const script = path.join(import.meta.dirname, "print-digests.ts");
      const said = execFileSync(process.execPath, [script], {
        env: { ...process.env, ...environment },
        encoding: "utf8",
      });
      expect(JSON.parse(said)).toEqual(DIGESTS);
    },
    60_000,
  );
});
