/** What a plugin's own page in a frame needs: calls of the plugin's routes, the host's theme, a frame as high as the page. */
import { isReady, readTheme, THEME_TOKENS, type Theme } from "../../domain/ui/messages.ts";
import { browser, type WindowMessage } from "./browser.ts";

export { type BridgeOptions, createFrameBridge, type FrameBridge } from "../../contract/execution/frame-bridge.ts";
export { THEME_TOKENS, type Theme };

/** The route answered with another status than 2xx, or nobody answered (`status` 0). */
export class RouteRefused extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(status === 0 ? "No answer from the host" : `The route answered ${status}`);
    this.name = "RouteRefused";
    this.status = status;
    this.body = body;
  }
}

export interface ViewContext {
  /** `page.board`, `widget.board` or `settings`. */
  readonly slot?: string;
  /** Of the host's page that the view is on: the customer's id, for instance. */
  readonly entityId?: string;
}

export interface Connection {
  /** False where the page was opened by itself. */
  readonly isEmbedded: boolean;
  /** Calls a `session` route: `call("GET /board")`. Answers its body; throws `RouteRefused`. */
  call(route: string, body?: unknown): Promise<unknown>;
  /** Where the view is shown; `{}` when the host does not say within the time for answers. */
  readonly context: Promise<ViewContext>;
  /** The theme now and whenever it changes. Its tokens are `--rbsm-…` variables of the page already. */
  onTheme(listener: (theme: Theme) => void): void;
  close(): void;
}

/** Begins to speak with the page around this one: takes its theme, and keeps the frame as high as this page. */
export function connect({ answerWithinMs = 30_000 }: { readonly answerWithinMs?: number } = {}): Connection {
  const window = browser();
  const { parent, document } = window;
  const isEmbedded = parent !== (window as unknown);
  const waiting = new Map<string, (status: number, body: unknown) => void>();
  const listeners: ((theme: Theme) => void)[] = [];
  let theme: Theme | null = null;
  let tellContext: (context: ViewContext) => void = () => {};
  const context = new Promise<ViewContext>((resolve) => {
    tellContext = resolve;
    setTimeout(() => resolve({}), isEmbedded ? answerWithinMs : 0);
  });
  const tell = (message: object) => parent.postMessage({ rbsm: 1, ...message }, "*");

  function receive({ source, data }: WindowMessage): void {
    if (source !== parent || !isOurs(data)) return;
    const next = readTheme(data);
    if (next !== null) take(next);
    if (typeof data.context === "object" && data.context !== null) tellContext(data.context as ViewContext);
    if (typeof data.id === "string" && typeof data.status === "number") waiting.get(data.id)?.(data.status, data.body);
  }
  function take(next: Theme): void {
    theme = next;
    const root = document.documentElement;
    root.dataset.mode = next.mode;
    root.style.setProperty("color-scheme", next.mode);
    for (const [name, value] of Object.entries(next.tokens)) root.style.setProperty(`--rbsm-${name}`, value);
    for (const listener of listeners) listener(next);
  }
  const observer = isEmbedded
    ? new window.ResizeObserver(() => tell({ height: Math.ceil(document.body.getBoundingClientRect().height) }))
    : null;
  if (isEmbedded) {
    window.addEventListener("message", receive);
    observer?.observe(document.body);
    tell({ ready: true });
  }

  return {
    isEmbedded,
    context,
    call(route, body) {
      if (!isEmbedded) return Promise.reject(new RouteRefused(0, null));
      const [method = "GET", path = ""] = route.split(" ");
      const id = crypto.randomUUID();
      return new Promise((resolve, reject) => {
        const settle = (status: number, answered: unknown) => {
          clearTimeout(timer);
          waiting.delete(id);
          if (status >= 200 && status < 300) resolve(answered);
          else reject(new RouteRefused(status, answered));
        };
        const timer = setTimeout(() => settle(0, null), answerWithinMs);
        waiting.set(id, settle);
        tell({ id, method, path, ...(body === undefined ? {} : { body }) });
      });
    },
    onTheme(listener) {
      listeners.push(listener);
      if (theme !== null) listener(theme);
    },
    close() {
      observer?.disconnect();
      window.removeEventListener("message", receive);
    },
  };
}

function isOurs(data: unknown): data is { readonly [name: string]: unknown } {
  return typeof data === "object" && data !== null && (data as { rbsm?: unknown }).rbsm === 1 && !isReady(data);
}
