import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { DAY } from "../time.ts";
import type { RevocationList } from "./list.ts";
import type { AdvisoryReason } from "./reasons.ts";
import { type RevocationEntry, type RevocationSubject, revocationsOf } from "./revocation.ts";

/** So long after the list ended everything installed runs on, with a warning. Seconds. */
export const STALE_GRACE = 7 * DAY;

/** What a client does with something installed. */
export interface Standing {
  readonly runs: boolean;
  /** What its operator is told. */
  readonly warning: "revocations_stale" | "release_revoked" | null;
  readonly entry: RevocationEntry | null;
}

/** Nothing is installed by no list or a stale one, and nothing that is on it: soft entries warn who has it, nobody starts with it. */
export function judgeInstall(
  list: RevocationList | null,
  subject: RevocationSubject,
  now: number,
): Result<true, Problem<AdvisoryReason | "release_revoked">> {
  if (list === null) return refuse({ reason: "revocations_unavailable" });
  if (list.expires <= now) return refuse({ reason: "revocations_stale" });
  const [hit] = revocationsOf(list.entries, subject);
  if (hit === undefined) return ok(true);
  const { code, level, replacement, advisory, note } = hit;
  return refuse({ reason: "release_revoked", facts: { code, level, replacement, advisory, note } });
}

/**
 * Hard: it stops, its data stays. Soft: a warning. Without a list in force what is installed runs on with a warning for a
 * week, and then only what can send nothing out. What the last list stopped stays stopped.
 */
export function judgeInstalled(
  list: RevocationList | null,
  subject: RevocationSubject & { readonly hasEgress: boolean },
  now: number,
): Standing {
  const hits = list === null ? [] : revocationsOf(list.entries, subject);
  const hit = hits.find(({ level }) => level === "hard") ?? hits[0] ?? null;
  if (hit?.level === "hard") return { runs: false, warning: "release_revoked", entry: hit };
  if (list === null || list.expires + STALE_GRACE <= now)
    return { runs: !subject.hasEgress, warning: "revocations_stale", entry: hit };
  if (list.expires <= now) return { runs: true, warning: "revocations_stale", entry: hit };
  return { runs: true, warning: hit === null ? null : "release_revoked", entry: hit };
}
