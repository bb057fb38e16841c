/** What the launcher tells a forked host, once, before anything else. */
export interface HostConfig {
  readonly registry: string;
  readonly state: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
  /** Origins on 127.0.0.1 that the marketplace may reach. */
  readonly localOrigins: readonly string[];
}

/** What a host tells the launcher. `workerd` comes again after every restart. */
export type HostMessage =
  | { readonly kind: "workerd"; readonly pid: number }
  | { readonly kind: "ready"; readonly url: string; readonly beat: string }
  | { readonly kind: "failed"; readonly message: string };
