import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import type { Call, CallReply, Job, RunReply } from "../../../domain/execution/job.ts";
import { runLimits } from "../../../domain/execution/limits.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import { decodeValidUtf8 } from "../../../domain/json/utf8.ts";
import { SERVER_MODULE } from "../../../domain/release/server-module.ts";
import { createEmulator, type Emulator } from "../../../sdk/testing/emulator/emulator.ts";
import {
  type InstallationFacts,
  injectedInto,
  readableSecrets,
  runFacts,
} from "../../../sdk/testing/host/run-facts.ts";
import { createKept, createSession } from "../../../sdk/testing/host/session.ts";
import { openWorkerd } from "../../../sdk/testing/isolate/workerd.ts";
import { sandboxWorker } from "./sandbox-worker.ts";

/** One line of the live log. */
export type Happening =
  | {
      readonly kind: "call";
      readonly method: Method;
      readonly args: JsonObject;
      readonly reply: CallReply;
      readonly ms: number;
    }
  | { readonly kind: "network"; readonly method: string; readonly url: string; readonly status: number }
  | { readonly kind: "run"; readonly what: string; readonly reply: RunReply; readonly ms: number }
  | { readonly kind: "build"; readonly ok: boolean; readonly message: string };

/** A plugin that runs in a real isolate with an emulated Rising-BSM around it. */
export interface Workbench {
  readonly emulator: Emulator;
  /** What is run from now on. Storage and the rows of the instance stay. */
  load(bundle: OpenedBundle): void;
  run(call: Call): Promise<RunReply>;
  /** What the admin set. */
  facts(): InstallationFacts;
  /** Sets it for every run from now on; answers why an admin could not save it, and then nothing changes. */
  setFacts(facts: InstallationFacts): string | null;
  /** What the installation keeps. */
  storage(): { readonly [key: string]: unknown };
  readonly restarts: number;
  close(): Promise<void>;
}

const INSTALLATION = "act_dev";
const KEY = "rk_dev_0000000000000000";

export interface WorkbenchOptions {
  readonly onHappening?: (happening: Happening) => void;
  /** Lets the plugin reach the hosts it declares. */
  readonly isOnline?: boolean;
  readonly now: () => number;
  /** Settings and secrets, as an admin would set them; the manifest's defaults where nothing is said. */
  readonly facts?: InstallationFacts;
}

export function openWorkbench(
  first: OpenedBundle,
  { onHappening, isOnline, now, facts: firstFacts = {} }: WorkbenchOptions,
): Workbench {
  const tell = onHappening ?? (() => {});
  const clock = { now };
  const emulator = createEmulator({ apiKey: KEY, clock });
  const kept = createKept(clock);
  let bundle = first;
  let facts = firstFacts;
  let count = 0;
  const sessions = new Map<string, ReturnType<typeof createSession>>();
  const workerd = openWorkerd({
    sandbox: sandboxWorker,
    async call(method, args, executionId, bytes) {
      const began = now();
      const session = sessions.get(executionId);
      const reply: CallReply = session
        ? await session.call(method, args, bytes)
        : { ok: false, error: { code: "session_closed", message: "This run has ended" } };
      tell({ kind: "call", method, args, reply, ms: now() - began });
      return reply;
    },
    ...(isOnline ? { fetch: (request: Request) => reach(request, tell) } : {}),
  });

  async function run(call: Call): Promise<RunReply> {
    const module = bundle.file(SERVER_MODULE);
    if (!module) return { ok: false, error: { code: "plugin_invalid", message: "The plugin has no server code" } };
    const began = now();
    const fault = factsFault(bundle, facts);
    if (fault !== null) return { ok: false, error: { code: "plugin_invalid", message: fault } };
    const job = jobOf(bundle, facts, call, `exe_dev_${++count}`);
    const line = { emulator, apiKey: KEY, plugin: job.plugin, installation: INSTALLATION, userId: 1 };
    const session = createSession({
      line,
      kept,
      granted: job.granted,
      clock,
      emits: job.emits,
      readable: readableSecrets(bundle.manifest),
      secrets: facts.secrets,
      strings: stringsOf(bundle),
    });
    sessions.set(job.executionId, session);
    session.begin();
    try {
      const reply = await workerd.run(job, call, decodeValidUtf8(module));
      tell({ kind: "run", what: nameOf(call), reply, ms: now() - began });
      return reply;
    } finally {
      session.end();
      sessions.delete(job.executionId);
    }
  }

  return {
    emulator,
    run,
    load(next) {
      bundle = next;
    },
    facts: () => facts,
    setFacts(next) {
      const fault = factsFault(bundle, next);
      if (fault === null) facts = next;
      return fault;
    },
    storage: () => kept.storage.contents(),
    get restarts() {
      return workerd.restarts;
    },
    close: () => workerd.dispose(),
  };
}

/** What an admin could not set for this bundle, in one sentence; null: everything fits. */
export function factsFault({ manifest }: OpenedBundle, facts: InstallationFacts): string | null {
  try {
    runFacts(manifest, facts);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Everything the manifest asks for is granted: an author wants to see it work. */
function jobOf(
  { manifest, closureDigest }: OpenedBundle,
  facts: InstallationFacts,
  call: Call,
  executionId: string,
): Job {
  const declaredMs =
    call.kind === "event"
      ? manifest.events.find(({ on }) => on === call.event.event)?.timeoutMs
      : call.kind === "schedule"
        ? manifest.schedules.find(({ id }) => id === call.id)?.timeoutMs
        : undefined;
  return {
    executionId,
    activationId: INSTALLATION,
    plugin: manifest.name,
    version: manifest.version,
    type: manifest.type,
    moduleSha256: manifest.files[SERVER_MODULE]?.sha256 ?? "",
    closureDigest,
    granted: manifest.permissions.map(({ code }) => code),
    egress: manifest.egress.map(({ host, methods }) => ({
      host,
      methods,
      inject: injectedInto(manifest, facts, host),
    })),
    ...runFacts(manifest, facts),
    idempotent: false,
    limits: runLimits(manifest.type, call.kind, declaredMs),
  };
}

/** Texts of the bundle by language tag. */
function stringsOf({ manifest, file }: OpenedBundle): { [locale: string]: { [key: string]: string } } {
  const tags = Object.keys(manifest.files).flatMap((path) => /^locales\/(.+)\.json$/.exec(path)?.[1] ?? []);
  return Object.fromEntries(
    tags.map((tag) => [tag, JSON.parse(new TextDecoder().decode(file(`locales/${tag}.json`) ?? undefined) || "{}")]),
  );
}

export function nameOf(call: Call): string {
  switch (call.kind) {
    case "event":
      return `event ${call.event.event}`;
    case "route":
      return `route ${call.request.method} ${call.request.path}`;
    case "schedule":
      return `schedule ${call.id}`;
    case "lifecycle":
      return `lifecycle ${call.hook}`;
  }
}

/** The egress Worker has tested host and method before. */
async function reach(request: Request, tell: (happening: Happening) => void): Promise<Response> {
  const { method, url } = request;
  const body = method === "GET" || method === "HEAD" ? null : await request.arrayBuffer();
  const answer = await fetch(url, { method, headers: [...request.headers], body, redirect: "manual" }).catch(
    () => null,
  );
  tell({ kind: "network", method, url, status: answer?.status ?? 599 });
  if (!answer) return new Response("not reachable", { status: 599 });
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  return new Response(await answer.arrayBuffer(), { status: answer.status, headers });
}
