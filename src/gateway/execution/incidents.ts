import { encodeUtf8, equalBytes } from "../../domain/bytes.ts";
import type { Incident, IncidentDesk, IncidentKind } from "../../market/execution/ports.ts";

const MAX_KEPT = 20;
/** A sandbox that is not ready again by then is called anyway: its own start may have been missed. */
const MAX_DOWN_MS = 20_000;

/**
 * What the local launcher said about the sandbox process, in this isolate. Only the local runtime needs it: one plugin
 * that loops stops its whole process there, so a lost call can only be named by who killed the process and why.
 */
export interface IncidentLog {
  report(incident: Incident): void;
  /** Why the sandbox was killed at or after `since` (Unix milliseconds); null = not known to have been. */
  causeSince(since: number): Exclude<IncidentKind, "ready"> | null;
  isDown(now: number): boolean;
}

export function createIncidentLog(): IncidentLog {
  let kept: readonly Incident[] = [];
  return {
    report: (incident) => {
      kept = [...kept, incident].toSorted((a, b) => a.at - b.at).slice(-MAX_KEPT);
    },
    causeSince: (since) => {
      for (const { why, at } of kept.toReversed()) if (why !== "ready" && at >= since) return why;
      return null;
    },
    isDown: (now) => {
      const last = kept.at(-1);
      return last !== undefined && last.why !== "ready" && now - last.at < MAX_DOWN_MS;
    },
  };
}

/** One log per isolate: the report arrives in one request, the lost call waits in another. */
export const incidentLog = createIncidentLog();

export function createIncidentDesk(secret: string | undefined, log: IncidentLog = incidentLog): IncidentDesk | null {
  if (secret === undefined || secret === "") return null;
  return {
    isReporter: (bearer) => equalBytes(encodeUtf8(bearer), encodeUtf8(secret)),
    report: (incident) => log.report(incident),
  };
}
