import { BridgeError } from "./bridge.ts";
import { NetworkDenied } from "./network.ts";

/** The plugin's module or manifest is wrong, not its behavior: there is nothing to call. */
export class PluginInvalid extends Error {}

/** What was thrown, as data. Anything can be thrown: proxies, null, getters that throw. */
export function failureOf(thrown: unknown): {
  readonly code: string;
  readonly message: string;
  readonly isTransient?: boolean;
} {
  const message = messageOf(thrown);
  if (thrown instanceof PluginInvalid) return { code: "plugin_invalid", message };
  if (thrown instanceof NetworkDenied || message.includes("not permitted to access the internet"))
    return { code: "network_denied", message };
  return { code: "plugin_error", message, ...(isTransient(thrown) ? { isTransient: true } : {}) };
}

/** What may pass by itself: the host or a rate said no for now, or the plugin asks for another try (`retry: true`). */
function isTransient(thrown: unknown): boolean {
  try {
    if (thrown instanceof BridgeError) return thrown.code === "host_unavailable" || thrown.code === "rate_limited";
    return typeof thrown === "object" && thrown !== null && (thrown as { retry?: unknown }).retry === true;
  } catch {
    return false;
  }
}

function messageOf(thrown: unknown): string {
  try {
    const text =
      typeof thrown === "object" && thrown !== null && "message" in thrown
        ? String((thrown as { message: unknown }).message)
        : String(thrown);
    return text.slice(0, 300);
  } catch {
    return "The plugin threw something that cannot be shown";
  }
}
