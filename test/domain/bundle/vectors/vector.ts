/** One bundle that must be refused. The part of `name` before `--` is the first code of the answer. */
export interface Vector {
  readonly name: `${string}--${string}`;
  readonly bytes: () => Uint8Array | Promise<Uint8Array>;
  /** Where the first problem must point, if it matters. */
  readonly where?: {
    readonly path?: string;
    readonly line?: number;
    readonly column?: number;
    readonly pointer?: string;
  };
  readonly expectedSha256?: string;
}

export function vector(name: Vector["name"], bytes: Vector["bytes"], where?: Vector["where"]): Vector {
  return where === undefined ? { name, bytes } : { name, bytes, where };
}
