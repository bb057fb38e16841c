import { isoTime } from "../../domain/time.ts";
import type { Decisions } from "../../domain/update/decide.ts";

/** Decisions as they are answered. Whoever computed them from the signed documents compares this with what was answered. */
export function showDecisions({ updates, held, actions, notices }: Decisions) {
  return {
    updates: updates.map(({ advisory, release, ...update }) => ({
      ...update,
      release: { ...release, publishedAt: isoTime(release.publishedAt) },
      ...(advisory === null ? {} : { advisory }),
    })),
    held: held.map(({ name, version, until, why, by }) => ({
      name,
      version,
      until: until === null ? null : isoTime(until),
      why,
      ...(by.length === 0 ? {} : { by }),
    })),
    actions: actions.map(withoutNull),
    notices: notices.map(withoutNull),
  };
}

function withoutNull<T extends { readonly replacement: string | null }>({ replacement, ...rest }: T) {
  return { ...rest, ...(replacement === null ? {} : { replacement }) };
}
