/** What publishing needs of the world. */
export interface PublishPorts {
  readonly bundles: BundleStore;
  readonly releaseBell: Bell;
}

/** Content-addressed, create-once bytes (R2). A key is a digest under `b/sha256/` (bundles) or `m/sha256/` (modules). */
export interface BundleStore {
  /** `created`, or `exists` when the same digest lies there already. Throws when the store fails: nothing was kept. */
  putOnce(kind: "bundle" | "module", sha256: string, bytes: Uint8Array): Promise<"created" | "exists">;
  get(kind: "bundle" | "module", sha256: string): Promise<Uint8Array | null>;
  /** Bytes [offset, offset + length) of a bundle. */
  range(sha256: string, offset: number, length: number): Promise<Uint8Array | null>;
  size(sha256: string): Promise<number | null>;
}

/** A queue message is a bell; the row it names is the work. */
export interface Bell {
  ring(id: string): Promise<void>;
}
