// What the SDK needs of the web platform; the pure world has no DOM library. Every engine it runs on has these.
declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
  throwIfAborted(): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare class Blob {
  constructor(parts: readonly (string | Uint8Array<ArrayBuffer>)[], options?: { type?: string });
  readonly size: number;
}
declare class FormData {
  set(name: string, value: string | Blob, fileName?: string): void;
}
declare function setTimeout(run: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;
