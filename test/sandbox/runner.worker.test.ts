import { env, RpcTarget } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { HostSession, Runner } from "../../src/contract/sandbox.ts";
import type { Call, CallReply, Job, RunReply } from "../../src/domain/execution/job.ts";
import type { Method } from "../../src/domain/execution/methods.ts";
import type { Json } from "../../src/domain/json/json.ts";
import { jobFor, onRequest, REQUEST_CALL } from "./job.ts";

const sandbox = env.SANDBOX as unknown as Runner;

/** Answers every call and remembers it. */
class TellingHost extends RpcTarget implements HostSession {
  readonly heard: { method: Method; args: Json }[] = [];
  async call(method: Method, args: Json): Promise<CallReply> {
    this.heard.push({ method, args });
    return { ok: true, value: { method, args } };
  }
}

async function play(module: string, over: Partial<Job> = {}, call: Call = REQUEST_CALL) {
  const host = new TellingHost();
  const reply = await sandbox.run(await jobFor(module, over), call, host, module);
  return { host, reply };
}

function code(reply: RunReply): string {
  return reply.ok ? "ok" : reply.error.code;
}

it("asks for the module once and then knows it", async () => {
  const module = onRequest(`return event.data.name;`, "// asked once");
  const job = await jobFor(module);
  expect(await sandbox.run(job, REQUEST_CALL, new TellingHost())).toEqual({
    ok: false,
    error: { code: "need_module" },
  });
  expect(await sandbox.run(job, REQUEST_CALL, new TellingHost(), module)).toMatchObject({ ok: true, value: "Eva" });
  expect(await sandbox.run(job, REQUEST_CALL, new TellingHost())).toMatchObject({ ok: true, value: "Eva" });
});

it("refuses bytes that are not those of the digest, and the right bytes still run afterwards", async () => {
  const module = onRequest(`return 1;`, "// right bytes");
  const job = await jobFor(module);
  const forged = await sandbox.run(job, REQUEST_CALL, new TellingHost(), `${module} `);
  expect(code(forged)).toBe("plugin_invalid");
  expect(await sandbox.run(job, REQUEST_CALL, new TellingHost(), module)).toMatchObject({ ok: true, value: 1 });
});

it("lets a granted capability through and reports it", async () => {
  const { host, reply } = await play(
    onRequest(
      `const page = await context.customers.list({ search: "Eva" }); context.log.info("found", page); return page.method;`,
    ),
    { granted: ["customers.read"] },
  );
  expect(reply).toMatchObject({
    ok: true,
    value: "customers.list",
    report: { calls: { "customers.list": 1 }, denied: {} },
  });
  expect(reply.report?.logs).toEqual([
    { level: "info", text: 'found {"method":"customers.list","args":{"search":"Eva"}}' },
  ]);
  expect(host.heard).toEqual([{ method: "customers.list", args: { search: "Eva" } }]);
});

it.each<[string, string, string, Partial<Job>?]>([
  ["a plugin that throws", `throw new Error("boom")`, "plugin_error"],
  ["a plugin that throws nothing useful", `throw null`, "plugin_error"],
  ["a plugin that throws a proxy", `throw new Proxy({}, { get() { throw 1 }, has() { throw 1 } })`, "plugin_error"],
  [
    "a plugin that forges a network failure of the runtime",
    `throw new Error("Network connection lost.")`,
    "plugin_error",
  ],
  ["a plugin that forges a code", `throw Object.assign(new Error("x"), { code: "sandbox_crashed" })`, "plugin_error"],
  ["a plugin that tries the network", `await fetch("https://example.com/")`, "network_denied"],
  ["a plugin without a grant", `await context.customers.list()`, "capability_denied"],
  ["a plugin that would never answer", `await new Promise(() => {})`, "plugin_timeout"],
  ["a plugin that answers too late", `await new Promise((done) => setTimeout(done, 60000))`, "plugin_timeout"],
  ["a plugin that answers too much", `return "x".repeat(300000)`, "plugin_output"],
  ["a plugin that answers too deep", `return JSON.parse("[".repeat(64) + "]".repeat(64))`, "plugin_output"],
  [
    "a plugin that answers without bottom",
    `let a = []; for (let n = 0; n < 5000; n++) a = [a]; return a`,
    "plugin_output",
  ],
  ["a plugin that answers deep enough", `return JSON.parse("[".repeat(60) + "]".repeat(60))`, "ok"],
  ["a plugin that recurses for ever", `const f = () => f() + 1; f()`, "plugin_error"],
  [
    "a plugin that uses up its calls",
    `for (;;) await context.customers.list()`,
    "plugin_limit",
    { granted: ["customers.read"] },
  ],
])("names %s", async (_, body, expected, over = {}) => {
  const job = { ...over };
  const limits = { wallMs: 500, cpuMs: 500, subRequests: 60, calls: 10, outputBytes: 262_144, logBytes: 16_384 };
  const { reply } = await play(onRequest(body), { ...job, limits });
  expect(code(reply)).toBe(expected);
});

it.each([
  ["throws while it loads", `throw new Error("top"); export default {}`],
  ["is not JavaScript", `export default {`],
  ["has no default export", `export const a = 1;`],
  ["imports a module that is not there", `import "node:net"; export default {};`],
  ["has no handler for the event", `export default { events: {} };`],
  ["tries the network while it loads", `await fetch("https://example.com"); export default {};`],
])("calls a module invalid that %s", async (_, module) => {
  const { reply } = await play(module);
  expect(code(reply)).toBe("plugin_invalid");
});
