import { judge, type Verdict } from "../../domain/license/judge.ts";
import { isLive } from "../../domain/license/license.ts";
import type { LiveInstallation } from "./ports.ts";

/**
 * May this installation run now? Class ok means yes: active, live, consented and licensed; else the code says why. Pure: judge
 * again before every call.
 */
export function judgeForExecution(installation: LiveInstallation, now: number): Verdict {
  const { license } = installation;
  if (!isLive(installation, now)) return { code: "LEASE_LAPSED", class: "action", facts: {} };
  if (installation.pausedAt !== null)
    return { code: "ACTIVATION_REQUIRED", class: "action", facts: { why: "inactive" } };
  if (installation.grant === null) return { code: "consent_incomplete", class: "action", facts: {} };
  return judge(
    license,
    {
      order: "standard",
      pluginId: installation.pluginId,
      isOwner: true,
      key: null,
      isInstanceSuspended: false,
      isPluginSuspended: installation.pluginState === "quarantined",
    },
    now,
  );
}
