/** Handing out bytes: who may have them, single-use tokens, counting. Times in Unix seconds. */
export interface DeliveryStore {
  /** What a digest is to the public: null for gated, unpublished and unknown ones alike. */
  publicBundle(sha256: string): Promise<PublicBundle | null>;
  /** A sealed bundle by the digest of its ciphertext: public, for only a license opens it. */
  sealedBundle(sha256: string): Promise<PublicBundle | null>;
  /** A file of a published bundle may be shown; the manifest says which files there are. */
  publishedManifest(sha256: string): Promise<string | null>;
  /** The same with what decides how much of it may be looked at. */
  publishedContents(sha256: string): Promise<PublishedContents | null>;
  /** `version`, or the newest published by SemVer precedence – with `publishedBy` the newest of those published until then. */
  releaseFor(pluginId: string, version: string | null, publishedBy: number | null): Promise<DeliverableRelease | null>;
  addToken(token: NewDownloadToken): Promise<void>;
  /** One guarded update: exactly one caller ever gets the release. */
  consumeToken(hash: string, instanceId: string | null, at: number): Promise<DeliverableRelease | null>;
  /** What a token is, without using it. */
  readToken(hash: string, instanceId: string | null): Promise<TokenFacts | null>;
  /** Once per client, release and day. */
  count(download: CountedDownload): Promise<void>;
  /** Destroys salts, marks and tokens of days past. */
  forget(at: number): Promise<void>;
  /** The whole bundle, through the edge cache where there is one. */
  stream(sha256: string, form?: BundleForm): Promise<ReadableStream<Uint8Array> | null>;
  streamRange(
    sha256: string,
    offset: number,
    length: number,
    form?: BundleForm,
  ): Promise<ReadableStream<Uint8Array> | null>;
}

/** `plain` where nothing is said. */
export type BundleForm = "plain" | "sealed";

export interface PublicBundle {
  readonly releaseId: string;
  readonly size: number;
  readonly name: string;
  readonly version: string;
  /** Unix seconds. */
  readonly publishedAt: number;
  /** Why nobody gets it any more; null while everybody does. */
  readonly block: Block | null;
}

export interface Block {
  /** The reason as it was decided: a code of the revocation list, or the desk's words. */
  readonly reason: string;
  readonly isByLaw: boolean;
}

export interface PublishedContents {
  readonly manifest: string;
  /** Gated and sealed bundles show their pictures and nothing else. */
  readonly isPublic: boolean;
  /** Unix seconds. */
  readonly publishedAt: number;
}

export interface DeliverableRelease {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly publishedAt: number;
}

export interface NewDownloadToken {
  /** Hex SHA-256 of the token text. */
  readonly hash: string;
  readonly releaseId: string;
  readonly licenseId: string | null;
  readonly activationId: string | null;
  readonly instanceId: string;
  readonly expiresAt: number;
}

export interface TokenFacts {
  readonly release: DeliverableRelease;
  readonly expiresAt: number;
  readonly usedAt: number | null;
}

export interface CountedDownload {
  readonly releaseId: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly purpose: "install" | "update" | "ci" | "mirror" | "unknown";
  /** Network prefix and agent; hashed with the day's salt before anything is kept. */
  readonly client: string;
  /** Two letters; `XX` unknown, and so where nothing is said. */
  readonly country?: string;
}
