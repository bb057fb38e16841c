import { RpcTarget } from "cloudflare:workers";
import type { HostSession, Runner } from "../../contract/sandbox.ts";
import type { CallReply, Job, RunCode, RunReply } from "../../domain/execution/job.ts";
import { runLimits } from "../../domain/execution/limits.ts";
import type { Json } from "../../domain/json/json.ts";
import type { DryModule, DryRun, DryRunReply } from "../../market/publish/dry-run-ports.ts";

const WALL_MS = 5000;
const MARGIN_MS = 1000;
/** Ends that a module brings about itself; all others leave open whose fault it was. */
const OWN_FAULTS: readonly RunCode[] = [
  "plugin_invalid",
  "plugin_error",
  "capability_denied",
  "network_denied",
  "plugin_limit",
  "plugin_output",
];
const REMEMBERED = 64;

/** Refuses everything: a module that is only looked at has no installation. */
class NoSession extends RpcTarget implements HostSession {
  async call(): Promise<CallReply> {
    return { ok: false, error: { code: "capability_denied", message: "Nothing is granted in a dry run" } };
  }
}

/** What modules said, by digest: the same bytes say the same. One list for the life of the isolate. */
const remembered = new Map<string, DryRunReply>();

/** The sandbox Worker, asked to load a module with nothing granted and nothing reachable. */
export function createDryRun(sandbox: Runner): DryRun {
  return {
    async load(module) {
      const known = remembered.get(module.sha256);
      if (known !== undefined) return known;
      const reply = await ask(sandbox, module);
      if (reply.kind === "unknown") return reply;
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? "");
      remembered.set(module.sha256, reply);
      return reply;
    },
  };
}

async function ask(sandbox: Runner, module: DryModule): Promise<DryRunReply> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const reply = sandbox.run(jobOf(module), { kind: "describe" }, new NoSession(), module.text);
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), WALL_MS + MARGIN_MS);
    });
    const answer = (await Promise.race([reply, late])) as RunReply | null;
    if (answer === null) void Promise.resolve(reply).catch(() => {});
    return answer === null ? { kind: "unknown" } : readReply(answer);
  } catch {
    return { kind: "unknown" };
  } finally {
    clearTimeout(timer);
  }
}

function readReply(reply: RunReply): DryRunReply {
  if (!reply.ok) {
    const { code, message = "" } = reply.error;
    return OWN_FAULTS.includes(code) ? { kind: "failed", code, message } : { kind: "unknown" };
  }
  const handlers = readHandlers(reply.value);
  return handlers === null ? { kind: "unknown" } : { kind: "loaded", handlers };
}

function readHandlers(value: Json): { readonly [group: string]: readonly string[] } | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const groups = Object.entries(value).map(([group, names]) => {
    const list = Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
    return [group, list] as const;
  });
  return Object.fromEntries(groups);
}

function jobOf({ plugin, version, type, sha256 }: DryModule): Job {
  return {
    executionId: "exe_00000000000000000000000000",
    activationId: "act_00000000000000000000",
    plugin,
    version,
    type,
    moduleSha256: sha256,
    closureDigest: "",
    granted: [],
    egress: [],
    egressPerMinute: 0,
    emits: [],
    settings: {},
    license: { tier: "free", status: "active", features: [], limits: {} },
    idempotent: true,
    limits: { ...runLimits(type, "lifecycle"), wallMs: WALL_MS, calls: 1 },
  };
}
