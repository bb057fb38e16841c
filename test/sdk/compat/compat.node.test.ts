import path from "node:path";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { createTestHost, eventFixture, requestFixture, type TestHost } from "../../../src/sdk/testing/index.ts";
import { createIsolateHost, type IsolateHost } from "../../../src/sdk/testing/isolate/index.ts";
import { MANIFEST } from "./legacy-plugin.ts";
import server from "./legacy-server.ts";

const SLOW = { timeout: 60_000 };
let isolate: IsolateHost | undefined;
afterAll(() => isolate?.dispose());

describe("a plugin object of the host, in memory", () => behaves(async () => createTestHost(MANIFEST, server)));

describe("a plugin object of the host, in a real isolate", () =>
  behaves(async () => {
    const { outputFiles } = await build({
      entryPoints: [path.join(import.meta.dirname, "legacy-server.ts")],
      bundle: true,
      write: false,
      format: "esm",
      platform: "neutral",
      target: "es2023",
    });
    isolate = createIsolateHost(MANIFEST, outputFiles[0]?.text ?? "");
    return isolate;
  }));

/** One plugin object, one behavior, wherever it runs. */
function behaves(make: () => Promise<TestHost>): void {
  let made: Promise<TestHost> | undefined;
  const host = () => {
    made ??= make();
    return made;
  };
  const texts = (run: { logs: readonly { text: string }[] }) => run.logs.map(({ text }) => text);

  it("is installed and activated, and activated by itself before the first call of an isolate", SLOW, async () => {
    const installed = await (await host()).lifecycle("install");
    expect(installed).toMatchObject({ outcome: "ok", storage: { installed: "legacy" } });
    const run = await (await host()).event(eventFixture("request.created", requestFixture({ id: 1 })));
    expect(run).toMatchObject({ outcome: "ok", storage: { count: 1 } });
    expect(texts(run)).toEqual(["activated", "the particular hook", "created request 1"]);
    const again = await (await host()).event(eventFixture("request.created", requestFixture({ id: 2 })));
    expect(texts(again)).toEqual(["the particular hook", "created request 2"]);
    expect(again.storage.count).toBe(2);
  });

  it("hears of deletions by number and of everything else as custom events", SLOW, async () => {
    const deleted = await (await host()).event(eventFixture("request.deleted", requestFixture({ id: 7 })));
    expect(texts(deleted)).toEqual(["deleted request 7"]);
    const changed = await (await host()).event(eventFixture("request.status_changed", requestFixture()));
    expect(texts(changed)).toEqual(["custom request.status_changed"]);
  });

  it("fetches the host's API by its addresses and gets the host's envelopes", SLOW, async () => {
    const one = await (await host()).route({ method: "GET", path: "/customers/1" });
    expect(one.value).toMatchObject({
      status: 200,
      headers: { "x-legacy": "1" },
      body: { method: "GET", success: true, error: null, data: { id: 1 }, user: { id: "", permissions: [] } },
    });
    const list = await (await host()).route({ method: "GET", path: "/requests" });
    expect(list.value).toMatchObject({
      body: { success: true, data: { data: [{}, {}], pagination: { page: 1, limit: 2 } } },
    });
    expect((await (await host()).route({ method: "GET", path: "/unknown" })).value).toMatchObject({ status: 404 });
  });

  it("is refused what was not granted, as the host refuses", SLOW, async () => {
    const run = await (await host()).route({ method: "POST", path: "/forbidden" });
    expect(run.value).toMatchObject({ status: 403, body: { success: false, error: { code: "CAPABILITY_DENIED" } } });
    expect(run.denied).toEqual({ "appointments.create": 1 });
  });

  it("is told its license and usage, and has a bus of its own", SLOW, async () => {
    await (await host()).lifecycle("licenseChanged");
    const { value } = await (await host()).route({ method: "GET", path: "/usage" });
    expect(value).toMatchObject({ body: { license: "basic", limit: 10_485_760, inTime: true, heard: ["1", "2"] } });
  });
}
