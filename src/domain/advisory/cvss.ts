/** How bad, in words (CVSS 3.1 §5). */
export const SEVERITIES = ["none", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

const WEIGHTS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
} as const;
/** Privileges weigh more where the scope changes. */
const PRIVILEGES = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
} as const;
const ORDER = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"] as const;

/**
 * The base score of a CVSS 3.1 vector in tenths, or null where the text is none: base metrics alone, each once, in the order
 * of the specification (first.org/cvss/v3.1/specification-document, §6 and §7.1).
 */
export function baseScore(vector: string): number | null {
  const [prefix, ...parts] = vector.split("/");
  if (prefix !== "CVSS:3.1" || parts.length !== ORDER.length) return null;
  const values: string[] = [];
  for (const [index, metric] of ORDER.entries()) {
    const [name, value, ...rest] = (parts[index] ?? "").split(":");
    if (name !== metric || value === undefined || rest.length > 0) return null;
    values.push(value);
  }
  const [av, ac, pr, ui, scope, c, i, a] = values;
  if (scope !== "U" && scope !== "C") return null;
  const weights = [
    weigh(WEIGHTS.AV, av),
    weigh(WEIGHTS.AC, ac),
    weigh(PRIVILEGES[scope], pr),
    weigh(WEIGHTS.UI, ui),
    weigh(WEIGHTS.C, c),
    weigh(WEIGHTS.I, i),
    weigh(WEIGHTS.A, a),
  ];
  if (weights.some((weight) => weight === null)) return null;
  const [wAv = 0, wAc = 0, wPr = 0, wUi = 0, wC = 0, wI = 0, wA = 0] = weights as number[];
  const lost = 1 - (1 - wC) * (1 - wI) * (1 - wA);
  const impact = scope === "U" ? 6.42 * lost : 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * wAv * wAc * wPr * wUi;
  return roundUp(Math.min((scope === "U" ? 1 : 1.08) * (impact + exploitability), 10));
}

/** Of a base score in tenths. */
export function severityOf(tenths: number): Severity {
  if (tenths === 0) return "none";
  if (tenths < 40) return "low";
  if (tenths < 70) return "medium";
  return tenths < 90 ? "high" : "critical";
}

function weigh(table: Readonly<Record<string, number>>, value: string | undefined): number | null {
  return value !== undefined && Object.hasOwn(table, value) ? (table[value] ?? null) : null;
}

/** To the next tenth above, without what floating point adds (CVSS 3.1, Appendix A). */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 10_000 : Math.floor(whole / 10_000) + 1;
}
