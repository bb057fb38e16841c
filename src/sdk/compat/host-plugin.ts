import type { Json } from "../../domain/json/json.ts";

/** A plugin object as the host's own loader takes it. Members of another kind are left alone. */
export interface HostPlugin {
  readonly metadata?: {
    readonly id?: string;
    readonly name?: string;
    readonly version?: string;
    readonly type?: string;
  };
  onInstall?(context: HostContext): unknown;
  onActivate?(context: HostContext): unknown;
  onDeactivate?(): unknown;
  onUninstall?(): unknown;
  onLicenseVerified?(license: HostLicense): unknown;
  /** Path, or `"GET /path"` → handler. */
  readonly routes?: { readonly [route: string]: (request: HostRequest) => HostResponse | Promise<HostResponse> };
  /** `onEntityCreate`, `onEntityUpdate`, `onEntityDelete`, `onCustomEvent` and `on<EventName>`. */
  readonly automationHooks?: HostHooks;
}

/** Hooks of the host's automation. */
export interface HostHooks {
  onEntityCreate?(entity: string, data: unknown): unknown;
  onEntityUpdate?(entity: string, data: unknown): unknown;
  onEntityDelete?(entity: string, id: number): unknown;
  onCustomEvent?(event: string, data: unknown): unknown;
  /** `onCustomerCreated`, `onRequestStatusChanged` … */
  readonly [on: `on${string}`]: ((...args: never[]) => unknown) | undefined;
}

/** The right a host plugin is told about. */
export interface HostLicense {
  readonly type: string;
  readonly expiresAt?: string;
  readonly limits: { readonly [name: string]: number };
}

/** What a route handler is asked. */
export interface HostRequest {
  readonly method: string;
  readonly path: string;
  readonly params: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  readonly headers: { readonly [name: string]: string };
  readonly body: Json;
  /** Nobody: the marketplace hands no person's identity to a plugin. */
  readonly user: { readonly id: string; readonly email: string; readonly permissions: readonly string[] };
}

/** What a route handler answers. */
export interface HostResponse {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** An answer of `api.fetch`, with the host's envelope in it. */
export interface HostAnswer {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<unknown>;
  text(): Promise<string>;
}

/** The context of the host's loader, as far as the marketplace's bridge can be it. */
export interface HostContext {
  readonly plugin: { readonly id: string; readonly name: string; readonly version: string; readonly type: string };
  readonly license: HostLicense;
  readonly api: {
    /** `/customers?page=2`, `/api/requests/7` …; an absolute https address goes through the plugin's egress. */
    fetch(
      endpoint: string,
      options?: { method?: string; body?: unknown; headers?: Record<string, string> },
    ): Promise<HostAnswer>;
  };
  readonly storage: {
    get(key: string): Promise<Json>;
    set(key: string, value: Json): Promise<void>;
    delete(key: string): Promise<void>;
  };
  /** A bus inside this plugin; nothing leaves it. */
  readonly events: {
    emit(event: string, data?: unknown): void;
    on(event: string, heard: (data: unknown) => void): void;
    off(event: string, heard: (data: unknown) => void): void;
  };
  readonly logger: {
    debug(...parts: unknown[]): void;
    info(...parts: unknown[]): void;
    warn(...parts: unknown[]): void;
    error(...parts: unknown[]): void;
  };
  readonly resources: {
    trackApiCall(): void;
    trackMemory(bytes: number): void;
    getUsage(): { readonly apiCalls: number; readonly memory: number };
    reset(): void;
  };
  /** Estimates from this side; the sandbox counts for itself. */
  readonly sandbox: {
    /** Milliseconds. */
    getRemainingTime(): number;
    getRemainingApiCalls(): number;
    /** Bytes written by this isolate. */
    getStorageUsed(): number;
    getStorageLimit(): number;
  };
}
