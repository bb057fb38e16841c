import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RUN_CODES, type RunReply } from "../../src/domain/execution/job.ts";
import { ROOT } from "../../src/local/root.ts";
import { randomPlugins } from "./random-plugins.ts";
import { startTwoProcesses, type TwoProcesses } from "./two-processes.ts";

const VECTORS = path.join(ROOT, "../shared/vectors/sandbox/plugins");
/** These stop or starve a whole local process; every other hostile snippet is in vectors.worker.test.ts. */
const STARVING: Readonly<Record<string, readonly string[]>> = {
  "infinite-loop-top-level": ["plugin_timeout"],
  "await-loop": ["plugin_timeout"],
  redos: ["plugin_timeout"],
  "native-cpu-burn": ["plugin_timeout"],
  // On a busy machine it is silent for too long before it has taken the gibibyte.
  "memory-buffers": ["plugin_memory", "plugin_timeout"],
  // It waits for half a second with what it has, which on a busy machine is too late.
  "memory-streams": ["ok", "plugin_memory", "plugin_timeout"],
  // Refused until it ends; where refusing lasts too long, it is replaced.
  "rpc-flood": ["plugin_limit", "plugin_timeout"],
};
const GRANTED = ["storage.read", "storage.write", "storage.delete"] as const;
const NEIGHBOR = `export default { events: { "request.created": async (context) => {
  await context.storage.set("mine", "kept");
  return [await context.storage.get("mine"), ({}).polluted ?? "clean"];
} } };`;

let two: TwoProcesses;
beforeAll(async () => {
  two = await startTwoProcesses();
});
afterAll(() => two.stop());

const codeOf = (reply: RunReply) => (reply.ok ? "ok" : reply.error.code);
const askNeighbor = () => two.run({ module: NEIGHBOR, activationId: "act_neighbor", over: { granted: GRANTED } });

/** Asks the marketplace for its health again and again while something else happens, and counts. */
async function whileHealthy<T>(work: Promise<T>): Promise<{ result: T; probes: number }> {
  let isDone = false;
  const settled = work.finally(() => {
    isDone = true;
  });
  let probes = 0;
  const probing = async () => {
    do {
      const response = await fetch(`${two.marketplace}/health`);
      expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
      probes++;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (!isDone);
  };
  const [result] = await Promise.all([settled, probing()]);
  return { result, probes };
}

/** A snippet that only knows `fetch`, as the handler of an event: with the real prelude and its capabilities. */
function asPlugin(source: string): string {
  return `${source.replace("export default", "const snippet =")}
export default { events: { "request.created": async (context) => {
  const response = await snippet.fetch(new Request("https://plugin.invalid/"), { STORE: context.storage }, {});
  return response.text();
} } };`;
}

describe("a plugin that stops or starves its process", () => {
  const files = existsSync(VECTORS) ? readdirSync(VECTORS) : [];
  const cases = files.flatMap((file) => {
    const name = /^\d+-(.+)\.js$/.exec(file)?.[1] ?? "";
    return name in STARVING ? [[name, file] as const] : [];
  });
  if (cases.length === 0) it("the sandbox vectors are not here", () => expect(cases).toEqual([]));
  else it("is one of seven", () => expect(cases.map(([name]) => name).sort()).toEqual(Object.keys(STARVING).sort()));

  it.each(cases)("%s ends by name; the marketplace answers, and so does its neighbor", async (name, file) => {
    const module = asPlugin(readFileSync(path.join(VECTORS, file), "utf8"));
    const before = two.incidents.length;
    const limits = { wallMs: name === "rpc-flood" || name === "memory-buffers" ? 5000 : 1000 };
    const attack = two.run({ module, activationId: `act_${name}`, over: { granted: GRANTED, limits } });
    // The neighbor is in the same process when it is stopped, and its run is done again.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const beside = askNeighbor();
    const { result, probes } = await whileHealthy(attack);
    expect(STARVING[name]).toContain(codeOf(result));
    expect(probes).toBeGreaterThan(0);
    expect(codeOf(await beside)).toBe("ok");
    expect(await askNeighbor()).toMatchObject({ ok: true, value: ["kept", "clean"] });
    if (codeOf(result) === "plugin_memory") expect(two.incidents.slice(before)).toContain("memory");
  });
});

describe("a thousand random plugins, hostile or broken", () => {
  const COUNT = 1000;
  const AT_ONCE = 8;
  const SEED = 20_260_801;

  it("each end by name while the marketplace answers throughout and memory stays bounded", async () => {
    const plugins = randomPlugins(SEED, COUNT);
    const ends = new Map<string, number>();
    const unnamed: object[] = [];
    const before = await two.sandboxMiB();
    let most = before;
    let at = 0;
    const work = async () => {
      for (let plugin = plugins[at++]; plugin !== undefined; plugin = plugins[at++]) {
        const { name, module, parts } = plugin;
        const over = { granted: ["storage.read", "storage.write"] as const, limits: { wallMs: 250 } };
        const ask = () => two.run({ module, activationId: `act_${name}`, over });
        const first = await ask();
        // Lost with a process that a busy machine made miss its beat: whoever takes it down does so again.
        const reply = LOST.includes(codeOf(first)) ? await ask() : first;
        const code = codeOf(reply);
        ends.set(code, (ends.get(code) ?? 0) + 1);
        // These would say that a plugin took the process down or was never asked: none of these plugins can.
        if (!NAMED.includes(code)) unnamed.push({ name, parts, reply });
        if (!reply.ok && (reply.error.message?.length ?? 0) > 300) unnamed.push({ name, parts, long: true });
        if (at % 50 === 0) most = Math.max(most, await two.sandboxMiB());
      }
    };
    const { probes } = await whileHealthy(Promise.all(Array.from({ length: AT_ONCE }, work)));
    expect(unnamed).toEqual([]);
    expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(COUNT);
    expect([...ends.keys()]).toEqual(
      expect.arrayContaining(["ok", "plugin_error", "plugin_invalid", "plugin_timeout"]),
    );
    expect(probes).toBeGreaterThan(20);
    expect(await askNeighbor()).toMatchObject({ ok: true, value: ["kept", "clean"] });
    // A thousand isolates are kept here, where nothing evicts them; the watchdog's limit ends that, and no plugin notices.
    expect(most).toBeLessThan(1400);
    console.info(
      `1,000 plugins: ${[...ends].map(([code, count]) => `${code} ${count}`).join(", ")}; sandbox ${before} → ${most} MiB, ` +
        `${two.incidents.filter((why) => why === "memory").length} replaced for memory; ${probes} healthy answers`,
    );
  }, 400_000);
});

const LOST: readonly string[] = ["sandbox_hung", "sandbox_crashed"];
const NAMED: readonly string[] = [
  "ok",
  ...RUN_CODES.filter((code) => code !== "need_module" && code !== "stopped" && !LOST.includes(code)),
];
