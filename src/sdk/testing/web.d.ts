// What the emulator needs of fetch's Request and Response; the pure world has no DOM library.
declare class Request {
  constructor(url: string | Request, init?: { method?: string; headers?: Record<string, string>; body?: string });
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null; set(name: string, value: string): void };
  text(): Promise<string>;
}
declare class Response {
  constructor(body?: string | null, init?: { status?: number; headers?: Record<string, string> });
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}
