import type { SizeReport } from "../../domain/release/findings/size-report.ts";
import type { Paint, Voice } from "../voice.ts";
import type { Finding } from "../work/check/check-project.ts";
import { placeOf } from "../work/inspect-bundle.ts";

const MARKS = { error: ["red", "✗"], warning: ["yellow", "!"], info: ["dim", "·"] } as const;

/** `✗ src/server.ts:3:5 secret: holds …` and below it what to do. */
export function showFinding(finding: Finding, paint: Paint): readonly string[] {
  const [color, mark] = MARKS[finding.severity];
  const place = placeOf(finding);
  return [
    `${paint(color, mark)} ${place} ${finding.message} ${paint("dim", `(${finding.rule})`)}`,
    `    ${finding.advice}`,
  ];
}

/** Warnings to the person who waits; errors are told by the refusal. */
export function warnFindings(findings: readonly Finding[], voice: Voice): void {
  for (const finding of findings)
    if (finding.severity === "warning") for (const line of showFinding(finding, voice.paint)) voice.say(line);
}

/** Bundle, parts and heaviest files. */
export function showSizes({ bundle, unpacked, parts, heaviest }: SizeReport): readonly string[] {
  return [
    `${showBytes(bundle.size)} packed of at most ${showBytes(bundle.max)}, ${showBytes(unpacked.size)} unpacked`,
    ...parts.map(
      ({ name, files, size, packed }) =>
        `  ${name.padEnd(12)}${showBytes(packed).padStart(10)} packed ${showBytes(size).padStart(10)}  ${files} ${files === 1 ? "file" : "files"}`,
    ),
    "Heaviest",
    ...heaviest.map(({ path, packed }) => `  ${showBytes(packed).padStart(10)}  ${path}`),
  ];
}

export function showBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
