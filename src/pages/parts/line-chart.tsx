const WIDTH = 640;
const HEIGHT = 180;
const BOTTOM = 22;
const TOP = 12;

interface LineChartProps {
  /** What is shown, in words: the drawing's text alternative. */
  readonly title: string;
  /** One value per day, in order; null leaves a gap. */
  readonly values: readonly (number | null)[];
  /** Words below the left and the right end. */
  readonly ends: readonly [string, string];
  readonly format: (value: number) => string;
}

/** A line over time, drawn without a script or a style of its own. The figures stand in a table beside it. */
export function LineChart({ title, values, ends, format }: LineChartProps) {
  const highest = niceTop(Math.max(1, ...values.map((value) => value ?? 0)));
  const x = (index: number) => round(values.length < 2 ? WIDTH / 2 : (index * WIDTH) / (values.length - 1));
  const y = (value: number) => round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / highest));
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
      {[0, 0.5, 1].map((part) => (
        <g>
          <line class="chart-grid" x1="0" x2={WIDTH} y1={y(highest * part)} y2={y(highest * part)} />
          <text class="chart-text" x="2" y={y(highest * part) - 3}>
            {part === 0 ? "" : format(highest * part)}
          </text>
        </g>
      ))}
      {runsOf(values).map(([from, run]) => (
        <>
          <path
            class="chart-area"
            d={`M${x(from)},${y(0)}${linePart(run, from, x, y)}L${x(from + run.length - 1)},${y(0)}Z`}
          />
          <path class="chart-line" d={`M${linePart(run, from, x, y).slice(1)}`} />
          {run.length === 1 ? <circle class="chart-dot" cx={x(from)} cy={y(run[0] ?? 0)} r="3" /> : null}
        </>
      ))}
      <text class="chart-text" x="0" y={HEIGHT - 4}>
        {ends[0]}
      </text>
      <text class="chart-text" x={WIDTH} y={HEIGHT - 4} text-anchor="end">
        {ends[1]}
      </text>
    </svg>
  );
}

function linePart(
  run: readonly number[],
  from: number,
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return run.map((value, index) => `L${x(from + index)},${y(value)}`).join("");
}

/** Runs of days without a gap, each with where it begins. */
function runsOf(values: readonly (number | null)[]): readonly (readonly [from: number, run: readonly number[]])[] {
  const runs: [number, number[]][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1].length === index) last[1].push(value);
    else runs.push([index, [value]]);
  });
  return runs;
}

/** 1, 2, 4, 10, 20, 40, 100 …: a scale whose half is a whole number, too. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 10].find((factor) => factor * power >= value) ?? 10;
  return Math.max(2, step * power);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
