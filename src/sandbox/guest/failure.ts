import { NetworkDenied } from "./network.ts";

/** The plugin's module or manifest is wrong, not its behavior: there is nothing to call. */
export class PluginInvalid extends Error {}

/** What was thrown, as data. Anything can be thrown: proxies, null, getters that throw. */
export function failureOf(thrown: unknown): { readonly code: string; readonly message: string } {
  const message = messageOf(thrown);
  if (thrown instanceof PluginInvalid) return { code: "plugin_invalid", message };
  if (thrown instanceof NetworkDenied || message.includes("not permitted to access the internet"))
    return { code: "network_denied", message };
  return { code: "plugin_error", message };
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
