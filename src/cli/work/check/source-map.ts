/** Where a place of a bundled module was written. Lines and columns count from 1. */
export interface SourcePlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}
type Segment = readonly [column: number, source: number, line: number, sourceColumn: number];

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Reads a source map, version 3 (ECMA-426). The function answers null for places that no source wrote. */
export function readSourceMap(text: string): (line: number, column: number) => SourcePlace | null {
  const map = JSON.parse(text) as { readonly sources: readonly string[]; readonly mappings: string };
  const lines = decodeMappings(map.mappings);
  return (line, column) => {
    const before = (lines[line - 1] ?? []).findLast(([at]) => at <= column - 1);
    const path = before && map.sources[before[1]];
    return before && path !== undefined ? { path, line: before[2] + 1, column: before[3] + 1 } : null;
  };
}

function decodeMappings(mappings: string): readonly (readonly Segment[])[] {
  let [source, line, sourceColumn] = [0, 0, 0];
  return mappings.split(";").map((group) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const segment of group.split(",")) {
      const [columns = 0, sources, lines = 0, sourceColumns = 0] = decodeNumbers(segment);
      column += columns;
      if (sources === undefined) continue;
      source += sources;
      line += lines;
      sourceColumn += sourceColumns;
      segments.push([column, source, line, sourceColumn]);
    }
    return segments;
  });
}

/** Base64 VLQ: five bits a digit, the sixth says that more follow, the lowest bit of a number is its sign. */
function decodeNumbers(text: string): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const char of text) {
    const digit = DIGITS.indexOf(char);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
