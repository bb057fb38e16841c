/** Bindings of the marketplace Worker; the same list as wrangler.toml. */
interface Env {
  readonly DB: D1Database;
  /** Lists and search: derived from DB, rebuildable. */
  readonly SEARCH: D1Database;
  /** Downloads as points in time, where the account has Analytics Engine; D1 counts by day everywhere. */
  readonly DOWNLOADS?: AnalyticsEngineDataset;
  readonly BUNDLES: R2Bucket;
  readonly ASSETS: Fetcher;
  readonly RELEASES: Queue<{ readonly releaseId: string }>;
  readonly EVENTS: Queue<{ readonly executionId: string }>;
  readonly WEBHOOKS: Queue<{ readonly deliveryId: string }>;
  readonly SANDBOX: Service;
  readonly VALIDATE_RATE: RateLimit;
  readonly MALFORMED_RATE: RateLimit;
  readonly PUBLIC_ORIGIN: string;
  readonly LOCAL_ORIGINS: string;
  /** Another origin for views of plugins: their pages and files are served there and nowhere else. Empty: PUBLIC_ORIGIN. */
  readonly ASSETS_ORIGIN: string;
  /** `on`: one log line for every request; failures are logged anyway. */
  readonly REQUEST_LOG?: string;
  /** Where to tell of weaknesses, `mailto:…` or `https://…`. Empty: security@ the host of PUBLIC_ORIGIN. */
  readonly SECURITY_CONTACT?: string;
  /** Public keys of the offline roots whose key sets are published: base64url, separated by commas. */
  readonly LICENSE_ROOTS: string;
  /** Base64 of 32 bytes. */
  readonly KEK_V1: string;
  readonly LICENSE_PEPPER_V1: string;
  /** Set while keys move to a new pepper, and from then on. */
  readonly LICENSE_PEPPER_V2?: string;
  /** Base64 PKCS#8 Ed25519 private keys. */
  readonly RECEIPT_KEY_PKCS8: string;
  readonly LEASE_KEY_PKCS8: string;
  /** Online keys of the update repository, in the same form; it rests while one of them is unset. */
  readonly TUF_REVOCATIONS_PKCS8?: string;
  readonly TUF_BINS_PKCS8?: string;
  readonly TUF_SNAPSHOT_PKCS8?: string;
  readonly TUF_TIMESTAMP_PKCS8?: string;
  /** More keys of licensing: `LICENSE_KEY_<LEASE|OFFLINE|LIST>_<NAME>`, in the same form. */
  readonly [name: `LICENSE_KEY_${string}`]: string | undefined;
  /** Sign-in with GitHub; off while one of them is unset. */
  readonly GITHUB_CLIENT_ID?: string;
  readonly GITHUB_CLIENT_SECRET?: string;
  /** Unset once no first operator shall be made. */
  readonly SETUP_SECRET?: string;
  /** Stripe: the secret (or restricted) key and the webhook endpoint's secret. Either unset: orders are paid by hand. */
  readonly STRIPE_SECRET_KEY?: string;
  readonly STRIPE_WEBHOOK_SECRET?: string;
  /** Where Stripe's API is, if not at Stripe: a double in tests. */
  readonly STRIPE_API_ORIGIN?: string;
  /** Local only: the launcher reports sandbox restarts with it. Unset when deployed. */
  readonly INCIDENT_SECRET?: string;
}
