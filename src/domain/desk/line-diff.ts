/** One line of a text beside the text before. Numbers count from 1; null where the line does not stand. */
export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}
/** Lines left out between two changes. */
export interface DiffGap {
  readonly kind: "gap";
  readonly lines: number;
}

/** Beyond this many lines on either side, or this many edits, only the ends that agree are found. */
const MAX_LINES = 4000;
const MAX_EDITS = 800;

/**
 * The shortest way from one text to another, line by line (Myers 1986, greedy): bounded, because publishers choose both
 * texts. Where it would take too long, everything between the first and the last difference counts as replaced.
 */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const kinds: readonly DiffLine["kind"][] = [
    ...Array<DiffLine["kind"]>(head).fill("same"),
    ...editsOf(left, right),
    ...Array<DiffLine["kind"]>(tail).fill("same"),
  ];
  let [i, j] = [0, 0];
  return kinds.map((kind) => {
    const text = (kind === "added" ? b[j] : a[i]) ?? "";
    const line = { kind, text, before: kind === "added" ? null : i + 1, after: kind === "removed" ? null : j + 1 };
    if (kind !== "added") i++;
    if (kind !== "removed") j++;
    return line;
  });
}

/** The changes with `context` lines around them; what lies between is a gap. */
export function foldSame(lines: readonly DiffLine[], context = 3): readonly (DiffLine | DiffGap)[] {
  const isNear = lines.map(() => false);
  for (const [at, { kind }] of lines.entries())
    if (kind !== "same") isNear.fill(true, Math.max(0, at - context), Math.min(lines.length, at + context + 1));
  const folded: (DiffLine | DiffGap)[] = [];
  let hidden = 0;
  for (const [at, line] of lines.entries()) {
    if (isNear[at]) {
      if (hidden > 0) folded.push({ kind: "gap", lines: hidden });
      hidden = 0;
      folded.push(line);
    } else hidden++;
  }
  if (hidden > 0) folded.push({ kind: "gap", lines: hidden });
  return folded;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function editsOf(a: readonly string[], b: readonly string[]): readonly DiffLine["kind"][] {
  if (a.length > MAX_LINES || b.length > MAX_LINES) return replaced(a, b);
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(MAX_EDITS, a.length + b.length); edits++) {
    trace.push(reach);
    const next = new Map(reach);
    for (let k = -edits; k <= edits; k += 2) {
      const [down, right] = [reach.get(k + 1) ?? -1, reach.get(k - 1) ?? -1];
      let x = k === -edits || (k !== edits && right < down) ? down : right + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      next.set(k, x);
      if (x >= a.length && y >= b.length) return walkBack(trace, a.length, b.length);
    }
    reach = next;
  }
  return replaced(a, b);
}

function walkBack(trace: readonly Map<number, number>[], width: number, height: number): readonly DiffLine["kind"][] {
  const kinds: DiffLine["kind"][] = [];
  let [x, y] = [width, height];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] ?? new Map<number, number>();
    const k = x - y;
    const [down, right] = [reach.get(k + 1) ?? -1, reach.get(k - 1) ?? -1];
    const from = k === -edits || (k !== edits && right < down) ? k + 1 : k - 1;
    const fromX = reach.get(from) ?? 0;
    const fromY = fromX - from;
    while (x > fromX && y > fromY) {
      kinds.push("same");
      x--;
      y--;
    }
    if (edits > 0) kinds.push(x === fromX ? "added" : "removed");
    [x, y] = [fromX, fromY];
  }
  return kinds.reverse();
}

function replaced(a: readonly string[], b: readonly string[]): readonly DiffLine["kind"][] {
  return [...a.map(() => "removed" as const), ...b.map(() => "added" as const)];
}
