declare namespace Cloudflare {
  interface Env extends globalThis.Env {
    /** Of the tests alone: hostile modules run under a prelude of their own. */
    readonly LOADER: WorkerLoader;
    readonly TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    readonly TEST_SEARCH: import("cloudflare:test").D1Migration[];
  }
  interface GlobalProps {
    readonly mainModule: typeof import("../src/worker.ts");
  }
}
/** Vite's: the files a pattern matches, read while the test is built. */
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: string; readonly import: string; readonly eager: true },
  ): Record<string, unknown>;
}
