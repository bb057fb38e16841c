// The real sandbox out of the installed package.
import assert from "node:assert/strict";
import { createIsolateHost } from "@rising-bsm/plugin-sdk/testing/isolate";

const manifest = { name: "probe", version: "1.0.0", type: "api", permissions: [], egress: [] };
const host = createIsolateHost(manifest, `export default { routes: { "GET /x": () => ({ body: typeof process }) } };`);
const run = await host.route({ method: "GET", path: "/x" });
await host.dispose();
assert.deepEqual(run.value, { body: "undefined" });
console.log("the sandbox runs");
