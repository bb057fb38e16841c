import { type RevocationEntry, revocationsOf } from "../advisory/revocation.ts";
import { compareVersions } from "../release/version.ts";
import type { InstalledPlugin, UpdateDocument, UpdateRelease } from "./document.ts";

export const UPDATE_ACTIONS = ["disable", "warn", "remove"] as const;

/** What an instance has to do about something that runs there. */
export interface UpdateAction {
  readonly name: string;
  readonly version: string;
  readonly action: (typeof UPDATE_ACTIONS)[number];
  readonly code: string;
  readonly replacement: string | null;
}

/**
 * Hard entries of the revocation list stop, soft ones warn; a plugin that was taken away altogether is to be removed. Below
 * the floor everything works, with a warning. The hardest entry speaks.
 */
export function actionsFor(
  installed: InstalledPlugin,
  document: UpdateDocument | undefined,
  from: UpdateRelease | undefined,
  revocations: readonly RevocationEntry[],
): readonly UpdateAction[] {
  const { name, version } = installed;
  const act = (action: UpdateAction["action"], code: string, replacement: string | null = null): UpdateAction[] => [
    { name, version, action, code, replacement },
  ];
  const hits = revocationsOf(revocations, {
    name,
    version,
    sha256: installed.sha256 ?? from?.sha256 ?? null,
    publisher: from?.publisher ?? null,
  });
  const hit = hits.find(({ level }) => level === "hard") ?? hits[0];
  if (hit !== undefined) {
    const isGone = hit.kind === "plugin" && hit.level === "hard";
    return act(isGone ? "remove" : hit.level === "hard" ? "disable" : "warn", hit.code, hit.replacement);
  }
  if (from?.state === "blocked") return act("disable", "policy", from.replacement);
  if (document !== undefined && document.floor !== null && compareVersions(version, document.floor) < 0)
    return act("warn", "below_floor");
  return [];
}
