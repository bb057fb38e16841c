import { type Load, type Measured, measure } from "./load.ts";
import type { Site } from "./site.ts";

/** One row of the table: a path, its floor, and the ratio of throughputs that binds. */
export interface Row {
  readonly path: string;
  readonly floor: string;
  readonly target: number;
  readonly load: (site: Site) => Partial<Load> & { url: string };
  readonly floorLoad: (site: Site) => Partial<Load> & { url: string };
}

export interface Outcome {
  readonly path: string;
  readonly value: string;
  readonly floor: string;
  readonly figure: number;
  readonly target: string;
  readonly holds: boolean;
  readonly errors: number;
}

/** How long and how often everything is measured. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly concurrency: number;
}

export interface Comparison {
  readonly outcome: Outcome;
  readonly paths: readonly Measured[];
  readonly floors: readonly Measured[];
}

/** Path and floor in turn, so that the machine's drift meets both. */
export async function compare(at: Site, row: Row, { rounds, ...effort }: Effort): Promise<Comparison> {
  const paths: Measured[] = [];
  const floors: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await measure({ ...effort, ...row.floorLoad(at) }));
    paths.push(await measure({ ...effort, ...row.load(at) }));
  }
  const ratio = throughput(paths) / throughput(floors);
  const outcome = {
    path: row.path,
    value: `${Math.round(throughput(paths))}/s`,
    floor: `${row.floor} ${Math.round(throughput(floors))}/s`,
    figure: ratio,
    target: `≥ ${row.target}`,
    holds: ratio >= row.target,
    errors: errorsOf([...paths, ...floors]),
  };
  return { outcome, paths, floors };
}

export function errorsOf(all: readonly Measured[]): number {
  return all.reduce((sum, one) => sum + one.errors, 0);
}

/** The mean of the rounds' medians, in milliseconds. */
export function meanP50(all: readonly Measured[]): number {
  return all.reduce((sum, one) => sum + one.p50, 0) / all.length;
}

function throughput(all: readonly Measured[]): number {
  return all.reduce((sum, one) => sum + one.rps, 0) / all.length;
}
