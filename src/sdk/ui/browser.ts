/** What the code for browsers needs of one; the SDK's sources are compiled without a DOM library. */
export interface BrowserWindow {
  readonly parent: MessageTarget;
  readonly document: {
    readonly documentElement: HTMLNode;
    readonly body: HTMLNode;
    createElement(name: string): HTMLNode;
  };
  readonly HTMLElement: new () => HTMLNode;
  readonly customElements: {
    define(name: string, element: new () => HTMLNode): void;
    get(name: string): unknown;
  };
  readonly ResizeObserver: new (changed: () => void) => { observe(node: HTMLNode): void; disconnect(): void };
  fetch(
    address: string,
    init: { readonly method: string; readonly headers: { readonly [name: string]: string } },
  ): Promise<{ readonly ok: boolean; readonly status: number; json(): Promise<unknown> }>;
  addEventListener(name: "message", listener: (event: WindowMessage) => void): void;
  removeEventListener(name: "message", listener: (event: WindowMessage) => void): void;
}
export interface MessageTarget {
  postMessage(message: unknown, targetOrigin: string): void;
}
export interface WindowMessage {
  readonly data: unknown;
  readonly origin: string;
  readonly source: unknown;
}
export interface HTMLNode {
  readonly dataset: { [name: string]: string | undefined };
  readonly style: { setProperty(name: string, value: string): void };
  readonly isConnected: boolean;
  readonly contentWindow?: MessageTarget | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  replaceChildren(...nodes: (HTMLNode | string)[]): void;
  getBoundingClientRect(): { readonly height: number };
  dispatchEvent(event: unknown): boolean;
}

/** The page this runs in; only what runs in a browser may call it. */
export function browser(): BrowserWindow {
  return globalThis as unknown as BrowserWindow;
}
