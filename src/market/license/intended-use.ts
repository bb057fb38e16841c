import type { Use } from "../../domain/license/judge.ts";
import type { LicenseFacts } from "./ports.ts";

/** The part of a use that follows from what was read. */
export function intendedUse(
  facts: Pick<LicenseFacts, "instance" | "plugin"> & {
    readonly key: LicenseFacts["key"] | null;
    readonly newestEntitled?: string | null;
  },
  wanted: Pick<Use, "order" | "pluginId" | "isOwner"> & Partial<Use>,
): Use {
  return {
    key: facts.key,
    isInstanceSuspended: facts.instance.state === "suspended",
    isPluginSuspended: facts.plugin.state === "quarantined",
    newestEntitled: facts.newestEntitled ?? null,
    ...wanted,
  };
}
