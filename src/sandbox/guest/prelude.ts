import { WorkerEntrypoint } from "cloudflare:workers";
import type { About, Bridge } from "./bridge.ts";
import { pluginContext } from "./context.ts";
import { dispatch, type GuestCall } from "./dispatch.ts";
import { failureOf } from "./failure.ts";
import { guardFetch } from "./network.ts";
import plugin from "./plugin.js";
import { silenceConsole } from "./silence.ts";
import { inTurn } from "./turns.ts";

guardFetch();
silenceConsole();

/**
 * What the sandbox calls inside an isolate. It answers JSON text: an envelope, whatever the plugin did. It has no
 * authority: everything it reports about the plugin's wishes is counted outside.
 */
export default class extends WorkerEntrypoint {
  async run(about: About, call: GuestCall, bridge: Bridge): Promise<string> {
    const { context, flush } = pluginContext(about, inTurn(bridge));
    try {
      const value = await dispatch(plugin as unknown, call, context);
      return JSON.stringify({ ok: true, value: value ?? null });
    } catch (error) {
      return JSON.stringify({ ok: false, ...failureOf(error) });
    } finally {
      await flush();
    }
  }
}
