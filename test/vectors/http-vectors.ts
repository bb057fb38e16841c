declare global {
  /** Vite's: the files a pattern matches, read while the test is built. */
  interface ImportMeta {
    glob(
      pattern: string,
      options: { readonly query: string; readonly import: string; readonly eager: true },
    ): Record<string, unknown>;
  }
}

// Vite reads the folder while it builds the test; a folder that is not there is empty.
const FILES = import.meta.glob("../../../shared/vectors/http/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
}) as Record<string, string>;

interface Vector {
  readonly id: string;
}
export interface NaughtyString extends Vector {
  readonly s: string;
}
export interface BodyVector extends Vector {
  readonly contentType: string;
  readonly bodyBase64: string;
  readonly generator: string | null;
  readonly expect: string;
}
export interface PathVector extends Vector {
  readonly path: string;
  readonly expect: string;
}
export interface RawVector extends Vector {
  readonly requestBase64: string;
  readonly expect: string;
}
export interface Behaviour extends Vector {
  readonly do: string;
  readonly expect: string;
}

/** The cases of one file; none where the folder is absent. */
export function vectors<V extends Vector>(file: string): readonly V[] {
  const found = Object.entries(FILES).find(([name]) => name.endsWith(`/http/${file}.json`));
  return found === undefined ? [] : (JSON.parse(found[1]) as V[]);
}
