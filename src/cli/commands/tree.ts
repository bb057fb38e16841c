import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { type Branch, treeOf } from "../work/lock-graph.ts";
import { requireLock } from "../work/require-lock.ts";

export const treeCommand = command({
  summary: "show what rbsm.lock names, with what each plugin needs below it",
  details: ["Asks nobody. A plugin that stands above already is marked with (*)."],
  positionals: [],
  flags: { dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" } },
  examples: ["rbsm tree"],
  async run({ flags }) {
    const lock = await requireLock(path.resolve(flags.dir ?? "."));
    if (!lock.ok) return lock;
    const tree = treeOf(lock.value);
    return ok({ data: { tree }, lines: tree.flatMap((root) => [label(root), ...below(root, "")]) });
  },
});

function below({ needs }: Branch, indent: string): readonly string[] {
  return needs.flatMap((branch, index) => {
    const isLast = index === needs.length - 1;
    const line = `${indent}${isLast ? "└── " : "├── "}${label(branch)}`;
    return [line, ...below(branch, `${indent}${isLast ? "    " : "│   "}`)];
  });
}

function label({ name, version, range, isRepeated }: Branch): string {
  return `${name} ${version} (${range})${isRepeated ? " (*)" : ""}`;
}
