import { isoTime } from "../../domain/time.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";

/** A release on its way as JSON; what does not apply is left out. */
export function presentRelease(view: ReleaseView): object {
  const { earliest, reason, createdAt, waits, checks, appeal, appealUntil, block, ...rest } = view;
  return {
    ...rest,
    waits: waits.map((wait) => ({ ...wait, ...timed("earliest", wait.earliest) })),
    ...timed("earliest", earliest),
    checks: checks.map(({ name, result, accepted }) => ({ name, result, ...(accepted === null ? {} : { accepted }) })),
    ...(reason === null ? {} : { reason }),
    ...(appeal === null
      ? {}
      : {
          appeal: {
            reason: appeal.reason,
            at: isoTime(appeal.at),
            dueAt: isoTime(appeal.dueAt),
            ...(appeal.outcome === null ? {} : { outcome: appeal.outcome }),
            ...(appeal.decisionReason === null ? {} : { decisionReason: appeal.decisionReason }),
          },
        }),
    ...timed("appealUntil", appealUntil),
    ...(block === null
      ? {}
      : {
          block: {
            code: block.code,
            reason: block.reason,
            askedAt: isoTime(block.askedAt),
            ...timed("confirmedAt", block.confirmedAt),
          },
        }),
    createdAt: isoTime(createdAt),
  };
}

/** A time under its name, or nothing. */
function timed(name: string, at: number | null): { readonly [name: string]: string | undefined } {
  return { [name]: at === null ? undefined : isoTime(at) };
}
