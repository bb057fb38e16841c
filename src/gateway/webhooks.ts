import { checkAddress } from "../domain/account/addresses.ts";
import type { WebhookSender } from "../market/account/ports.ts";

const TIMEOUT_MS = 10_000;

/** Sends webhooks. The address is checked again before every request; redirects are answers like any other. */
export function createWebhookSender(localOrigins: readonly string[], timeoutMs: number = TIMEOUT_MS): WebhookSender {
  return {
    async post(url, body, headers) {
      const address = checkAddress(url, localOrigins);
      if (!address.ok) return "refused_address";
      try {
        const response = await fetch(address.value, {
          method: "POST",
          body,
          headers: { "content-type": "application/json", "user-agent": "Rising-BSM-Marketplace/1", ...headers },
          redirect: "manual",
          signal: AbortSignal.timeout(timeoutMs),
        });
        await response.body?.cancel();
        return { status: response.status };
      } catch {
        return "unreachable";
      }
    },
  };
}
