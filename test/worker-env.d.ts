declare namespace Cloudflare {
  interface Env extends globalThis.Env {
    readonly TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
  interface GlobalProps {
    readonly mainModule: typeof import("../src/worker.ts");
  }
}
