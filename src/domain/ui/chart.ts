import type { BlockOf } from "./blocks.ts";
import { escapeHtml } from "./escape.ts";

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 8;
const FOOT = 24;
const TOP = 16;

/** A chart as SVG, drawn here so that no script is needed; its numbers follow as a table for whoever cannot see it. */
export function renderChart({ kind, title, labels, series }: BlockOf<"chart">): string {
  const values = series.flatMap((one) => one.values);
  const high = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const span = high - low || 1;
  const y = (value: number) => round(TOP + ((high - value) / span) * (HEIGHT - TOP - FOOT));
  const step = (WIDTH - 2 * LEFT) / labels.length;
  const shapes = series.map((one, index) => {
    const color = `class="rbsm-s${index}"`;
    if (kind === "line") {
      const points = one.values.map((value, at) => `${round(LEFT + step * (at + 0.5))},${y(value)}`).join(" ");
      return `<polyline ${color} points="${points}"/>`;
    }
    const width = (step * 0.7) / series.length;
    return one.values
      .map((value, at) => {
        const x = round(LEFT + step * at + step * 0.15 + width * index);
        const [top, bottom] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))];
        return `<rect ${color} x="${x}" y="${top}" width="${round(width)}" height="${round(bottom - top)}"/>`;
      })
      .join("");
  });
  const every = Math.ceil(labels.length / 8);
  const names = labels
    .map((label, at) =>
      at % every === 0
        ? `<text x="${round(LEFT + step * (at + 0.5))}" y="${HEIGHT - 6}">${escapeHtml(label)}</text>`
        : "",
    )
    .join("");
  const axis = `<line x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${y(0)}" y2="${y(0)}"/>`;
  const legend =
    series.length > 1
      ? `<p class="rbsm-legend">${series.map((one, index) => `<span class="rbsm-s${index}">${escapeHtml(one.name)}</span>`).join(" ")}</p>`
      : "";
  return `<figure class="rbsm-chart rbsm-${kind}"><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${axis}${shapes.join("")}${names}</svg>${legend}${numbers(labels, series)}</figure>`;
}

function numbers(labels: readonly string[], series: BlockOf<"chart">["series"]): string {
  const head = series.map(({ name }) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const rows = labels.map((label, at) => {
    const cells = series.map(({ values }) => `<td>${values[at] ?? ""}</td>`).join("");
    return `<tr><th scope="row">${escapeHtml(label)}</th>${cells}</tr>`;
  });
  return `<details><summary>Numbers</summary><table><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></details>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
