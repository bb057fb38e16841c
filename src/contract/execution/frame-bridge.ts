import {
  CALLS_PER_TEN_SECONDS,
  type CallMessage,
  isReady,
  MAX_MESSAGE_CHARACTERS,
  MAX_WAITING_CALLS,
  readCall,
  readHeight,
  type Theme,
} from "../../domain/ui/messages.ts";

/** A plugin's frame, sandboxed without an origin of its own. */
export interface BridgedFrame {
  readonly contentWindow: { postMessage(message: unknown, targetOrigin: string): void } | null;
  readonly style: { setProperty(name: string, value: string): void };
}
export interface BridgeOptions {
  readonly frame: BridgedFrame;
  readonly theme: Theme | null;
  /** What the plugin is told of where it is shown. */
  readonly context: { readonly [name: string]: string };
  /** Calls the plugin's route; a rejected promise is 503 to the plugin. */
  call(message: CallMessage): Promise<{ readonly status: number; readonly body: unknown }>;
  onHeight?(height: number): void;
  /** Unix milliseconds. */
  now(): number;
}
export interface FrameBridge {
  /** Whatever message the page gets; everything that is not this frame's is ignored. */
  hear(event: { readonly data: unknown; readonly origin: string; readonly source: unknown }): void;
  setTheme(theme: Theme): void;
}

const WINDOW_MS = 10_000;

/**
 * The page's side of the bridge to a plugin's frame. It believes nothing it hears: the window that speaks, its origin, the
 * shape of what it says, its size and how often it speaks are checked here, for every page that shows a plugin.
 */
export function createFrameBridge(options: BridgeOptions): FrameBridge {
  const { frame, context } = options;
  let { theme } = options;
  let made: number[] = [];
  let waiting = 0;
  // An origin that is no origin cannot be named; the window is what decides who hears.
  const tell = (message: object) => frame.contentWindow?.postMessage({ rbsm: 1, ...message }, "*");

  async function answer(call: CallMessage): Promise<void> {
    const reply = (status: number, body: unknown) => tell({ id: call.id, status, body });
    const now = options.now();
    made = made.filter((at) => now - at < WINDOW_MS);
    if (made.length >= CALLS_PER_TEN_SECONDS || waiting >= MAX_WAITING_CALLS)
      return reply(429, { code: "RATE_LIMITED", message: "Too many calls at once." });
    if (JSON.stringify(call).length > MAX_MESSAGE_CHARACTERS)
      return reply(413, { code: "BODY_TOO_LARGE", message: "The message is too large." });
    made.push(now);
    waiting++;
    try {
      const { status, body } = await options.call(call);
      reply(status, body);
    } catch {
      reply(503, { code: "SERVICE_UNAVAILABLE", message: "The marketplace could not be reached." });
    } finally {
      waiting--;
    }
  }

  return {
    hear({ data, origin, source }) {
      if (frame.contentWindow === null || source !== frame.contentWindow || origin !== "null") return;
      const height = readHeight(data);
      if (height !== null) {
        frame.style.setProperty("height", `${height}px`);
        options.onHeight?.(height);
        return;
      }
      if (isReady(data)) return void tell({ theme, context });
      const call = readCall(data);
      if (call !== null) void answer(call);
    },
    setTheme(next) {
      theme = next;
      tell({ theme: next });
    },
  };
}
