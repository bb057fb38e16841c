import { canonicalize } from "../../domain/json/canonical.ts";
import type { Json } from "../../domain/json/json.ts";
import type { showDecisions } from "./show-decisions.ts";

type Shown = ReturnType<typeof showDecisions>;

/**
 * Parts of an answer that are not what follows from the signed documents, by name. None: the marketplace told this instance
 * what it tells everybody. Otherwise nothing of the answer is acted upon, and its operator is told (`update_answer_differs`).
 */
export function differencesOf(
  answered: { readonly [part in keyof Shown]?: unknown },
  own: Shown,
): readonly (keyof Shown)[] {
  const parts = ["actions", "held", "notices", "updates"] as const;
  return parts.filter(
    (part) => canonicalize((answered[part] ?? []) as Json) !== canonicalize(own[part] as unknown as Json),
  );
}
