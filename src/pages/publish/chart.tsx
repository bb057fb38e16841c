const WIDTH = 640;
const HEIGHT = 140;
const TOP = 8;

/**
 * One figure by day as a drawing of lines and an area; days nobody counted are gaps. What it shows is said in `label`, every
 * value stands in the table below it.
 */
export function DayChart({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const x = (at: number) => (values.length < 2 ? WIDTH / 2 : (at / (values.length - 1)) * WIDTH);
  const y = (value: number) => HEIGHT - ((HEIGHT - TOP) * Math.max(0, value)) / most;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 2}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      class="h-36 w-full text-primary-strong"
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} stroke="currentColor" stroke-opacity="0.35" />
      {runsOf(values).map((run) => {
        const points = run.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
        const [first, last] = [run[0], run.at(-1)];
        if (first === undefined || last === undefined) return null;
        return (
          <>
            <polygon
              points={`${x(first.at).toFixed(1)},${HEIGHT} ${points.join(" ")} ${x(last.at).toFixed(1)},${HEIGHT}`}
              fill="currentColor"
              fill-opacity="0.14"
            />
            <polyline
              points={points.length === 1 ? `${points[0]} ${points[0]}` : points.join(" ")}
              fill="none"
              stroke="currentColor"
              stroke-width="2"
              stroke-linejoin="round"
              stroke-linecap="round"
              vector-effect="non-scaling-stroke"
            />
          </>
        );
      })}
    </svg>
  );
}

interface Dot {
  readonly at: number;
  readonly value: number;
}

/** Neighbouring days that were counted. */
function runsOf(values: readonly (number | null)[]): readonly (readonly Dot[])[] {
  const runs: Dot[][] = [[]];
  values.forEach((value, at) => {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push({ at, value });
  });
  return runs.filter((run) => run.length > 0);
}

/** Shares of a whole as bars beside their numbers. */
export function Bars({
  rows,
}: {
  rows: readonly { readonly name: string; readonly count: number; readonly text: string }[];
}) {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <>
      {rows.map(({ name, count, text }) => (
        <tr class="border-b border-border last:border-0">
          <th class="py-2 pr-4 text-left font-medium" scope="row">
            {name}
          </th>
          <td class="w-1/2 py-2 pr-4">
            <svg
              viewBox="0 0 100 8"
              preserveAspectRatio="none"
              class="h-2 w-full text-primary-strong"
              aria-hidden="true"
            >
              <rect x="0" y="0" width={((count / most) * 100).toFixed(1)} height="8" fill="currentColor" />
            </svg>
          </td>
          <td class="py-2 text-right tabular-nums">{text}</td>
        </tr>
      ))}
    </>
  );
}
