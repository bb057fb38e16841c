import { judge, type Verdict } from "../../domain/license/judge.ts";
import type { Role } from "./access.ts";
import { intendedUse } from "./intended-use.ts";
import type { ActivationFacts } from "./ports.ts";

/** Rows 4 to 12 of the answer precedence for a device that is about to take a seat. */
export function judgeActivation(
  facts: ActivationFacts,
  request: { readonly pluginId: string },
  device: { readonly hardwareId: string | null },
  role: Role | null,
  now: number,
): Verdict {
  const { release, activation } = facts;
  return judge(
    facts.license,
    intendedUse(facts, {
      order: "standard",
      pluginId: request.pluginId,
      isOwner: role !== null,
      hardwareId: device.hardwareId ?? activation?.hardwareId ?? null,
      withdrawn: facts.withdrawn,
      build: release === null ? null : { version: release.version, releasedAt: release.publishedAt },
    }),
    now,
  );
}
