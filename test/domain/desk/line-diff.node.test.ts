import { expect, it } from "vitest";
import { diffLines, foldSame } from "../../../src/domain/desk/line-diff.ts";

const shown = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => `${{ same: " ", added: "+", removed: "-" }[kind]}${text}`);
const back = (before: string, after: string, side: "before" | "after") =>
  diffLines(before, after)
    .filter((line) => line[side] !== null)
    .map(({ text }) => text);

it.each([
  ["nothing", "", "", []],
  ["a new text", "", "a\nb\n", ["+a", "+b"]],
  ["a text that went", "a\n", "", ["-a"]],
  ["what stayed", "a\nb\n", "a\nb\n", [" a", " b"]],
  ["a line between", "a\nc\n", "a\nb\nc\n", [" a", "+b", " c"]],
  ["a line replaced", "a\nb\nc\n", "a\nx\nc\n", [" a", "-b", "+x", " c"]],
  ["two places", "a\nb\nc\nd\ne\n", "x\nb\nc\nd\ny\n", ["-a", "+x", " b", " c", " d", "-e", "+y"]],
])("shows %s", (_, before, after, lines) => {
  expect(shown(before, after)).toEqual(lines);
});

it("leads from any text to any other, both kept whole and numbered", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const text = () => Array.from({ length: random(12) }, () => "abc"[random(3)]).join("\n");
  for (let round = 0; round < 500; round++) {
    const [before, after] = [text(), text()];
    const plain = (of: string) => (of === "" ? [] : of.split("\n"));
    expect(back(before, after, "before")).toEqual(plain(before));
    expect(back(before, after, "after")).toEqual(plain(after));
    const numbers = diffLines(before, after).flatMap((line) => (line.after === null ? [] : [line.after]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  }
});

it("gives up on texts that would take too long, and loses no line of them", () => {
  const many = (of: string) => Array.from({ length: 4500 }, (_, n) => `${of}${n}`).join("\n");
  const lines = diffLines(many("a"), many("b"));
  expect(lines).toHaveLength(9000);
  expect(diffLines(`x\n${many("a")}`, `x\n${many("b")}`)[0]).toMatchObject({ kind: "same", text: "x" });
});

it("folds what stayed the same", () => {
  const same = Array.from({ length: 20 }, (_, n) => String(n)).join("\n");
  const folded = foldSame(diffLines(`${same}\nend\n`, `${same}\nEND\n`), 2);
  expect(folded.map((line) => (line.kind === "gap" ? line.lines : line.text))).toEqual([18, "18", "19", "end", "END"]);
  expect(foldSame(diffLines(same, same))).toEqual([{ kind: "gap", lines: 20 }]);
});
