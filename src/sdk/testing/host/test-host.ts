import { ENTITY_READ, type EventEnvelope } from "../../../domain/execution/events.ts";
import type { Hook, LogLine, RouteRequest, RunCode } from "../../../domain/execution/job.ts";
import type { Json } from "../../../domain/json/json.ts";
import { PERMISSIONS, type Permission } from "../../../domain/manifest/permissions.ts";
import type { FileInfo, PluginContext } from "../../context.ts";
import type { PluginDefinition } from "../../define.ts";
import { createEmulator, type Emulator } from "../emulator/emulator.ts";
import { bridgeContext } from "./bridge-context.ts";
import { type EgressDeclaration, type Gate, type Network, NetworkDenied, withNetwork } from "./egress.ts";
import { type DeclaredFacts, type InstallationFacts, injectedInto, readableSecrets, runFacts } from "./run-facts.ts";
import { createKept, createSession, type Session, type Told } from "./session.ts";

/** What the test host reads of a manifest; an author's `manifest.json` fits. */
export interface TestManifest extends DeclaredFacts {
  readonly name: string;
  readonly version: string;
  readonly permissions: readonly { readonly code: string; readonly required: boolean }[];
  readonly events?: readonly { readonly on: string }[];
  readonly routes?: readonly { readonly method: string; readonly path: string }[];
  readonly schedules?: readonly { readonly id: string }[];
  readonly egress: readonly EgressDeclaration[];
}

/** How a test host is made; nothing is required. */
export interface TestHostOptions extends InstallationFacts {
  /** What the admin granted; everything declared unless told. */
  readonly granted?: readonly string[];
  readonly emulator?: Emulator;
  /** The emulator's key. */
  readonly apiKey?: string;
  /** Plays the services behind the declared egress hosts. */
  readonly network?: Network;
  readonly clock?: { now(): number };
  readonly storageQuotaBytes?: number;
}

/** How one run ended and what it did; `storage` is what the installation keeps afterwards. */
export interface TestRun {
  readonly outcome: "ok" | "skipped" | RunCode;
  readonly value: Json;
  readonly message?: string;
  readonly calls: { readonly [method: string]: number };
  readonly denied: { readonly [method: string]: number };
  readonly logs: readonly LogLine[];
  readonly storage: { readonly [key: string]: Json };
  /** What the installation keeps as files afterwards. */
  readonly files: readonly FileInfo[];
  /** Events for other plugins. */
  readonly emitted: readonly Told[];
  /** Webhooks to the instance. */
  readonly webhooks: readonly Told[];
}

/** One installation of a plugin under test: each method calls one handler and tells how it went. */
export interface TestHost {
  event(event: EventEnvelope): Promise<TestRun>;
  route(request: Pick<RouteRequest, "method" | "path"> & Partial<RouteRequest>): Promise<TestRun>;
  schedule(id: string): Promise<TestRun>;
  lifecycle(hook: Hook): Promise<TestRun>;
  readonly emulator: Emulator;
}

/** The one installation of a test host. */
export const INSTALLATION = "act_test";
/** The emulator's key where none is given. */
export const TEST_KEY = "rk_test_0000000000000000";
const MAX_OUTPUT_BYTES = 256 * 1024;

/**
 * One installation of a plugin, in memory: handlers run with a context backed by the emulated instance and by storage of
 * their own, under the grants, call limits and egress of the manifest. It shows what a plugin does; it is no sandbox.
 */
export function createTestHost(
  manifest: TestManifest,
  plugin: PluginDefinition,
  options: TestHostOptions = {},
): TestHost {
  const granted = checkedGrants(manifest, options.granted);
  checkedGrants(manifest, plugin.permissions);
  const clock = options.clock ?? { now: () => Date.now() };
  const emulator = options.emulator ?? createEmulator({ apiKey: TEST_KEY, clock });
  const facts = runFacts(manifest, options);
  const session = openSession(manifest, options, granted, emulator, clock);
  let queue: Promise<unknown> = Promise.resolve();

  /** Runs wait for one another, as `fetch` is a global. */
  function run(
    handler: ((context: PluginContext) => unknown) | undefined,
    what: string,
    depth?: number,
  ): Promise<TestRun> {
    const gate = {
      rules: manifest.egress,
      network: options.network,
      inject: (host: string) => injectedInto(manifest, options, host),
    };
    const next = queue.then(() => settle(manifest, facts, session, gate, handler, what, depth));
    queue = next.catch(() => {});
    return next;
  }

  return {
    emulator,
    event(event) {
      if (!manifest.events?.some(({ on }) => on === event.event)) {
        throw new Error(`manifest.json declares no event ${event.event}`);
      }
      if (event.entity !== "plugin" && !granted.includes(ENTITY_READ[event.entity]))
        return Promise.resolve(skipped(session));
      const handler = plugin.events?.[event.event];
      return run(handler && ((context) => handler(context, event)), event.event, event.depth);
    },
    route({ method, path, query = {}, headers = {}, body = null }) {
      const match = findRoute(manifest.routes ?? [], method, path);
      if (match === null) throw new Error(`manifest.json declares no route ${method} ${path}`);
      const handler = plugin.routes?.[match.name];
      const request: RouteRequest = { method, path, params: match.params, query, headers, body };
      return run(handler && ((context) => handler(context, request)), match.name);
    },
    schedule(id) {
      if (!manifest.schedules?.some((schedule) => schedule.id === id)) {
        throw new Error(`manifest.json declares no schedule ${id}`);
      }
      const handler = plugin.schedules?.[id];
      return run(handler && ((context) => handler(context, { id, at: new Date(clock.now()).toISOString() })), id);
    },
    lifecycle: (hook) => run((context) => plugin.lifecycle?.[hook]?.(context, {}) ?? null, hook),
  };
}

/** The installation's side of both test hosts. */
export function openSession(
  manifest: Pick<TestManifest, "name"> & DeclaredFacts,
  options: Omit<TestHostOptions, "network">,
  granted: readonly Permission[],
  emulator: Emulator,
  clock: { now(): number },
): Session {
  const { apiKey = TEST_KEY, storageQuotaBytes, secrets = {}, strings = {} } = options;
  return createSession({
    line: { emulator, apiKey, plugin: manifest.name, installation: INSTALLATION, userId: 1 },
    kept: createKept(clock, storageQuotaBytes),
    granted,
    clock,
    emits: manifest.emits ?? [],
    readable: readableSecrets(manifest),
    secrets,
    strings,
  });
}

async function settle(
  manifest: TestManifest,
  { settings, license }: ReturnType<typeof runFacts>,
  session: Session,
  gate: Gate,
  handler: ((context: PluginContext) => unknown) | undefined,
  what: string,
  depth: number | undefined,
): Promise<TestRun> {
  session.begin(depth);
  const plugin = { name: manifest.name, version: manifest.version };
  const about = { plugin, installation: INSTALLATION, settings, license };
  const context = bridgeContext(about, session);
  if (handler === undefined) return { ...session.report(), ...failed("plugin_invalid", `No handler for ${what}`) };
  try {
    const value = await withNetwork(gate, async () => handler(context));
    const text = JSON.stringify(value ?? null);
    if (text === undefined || new TextEncoder().encode(text).length > MAX_OUTPUT_BYTES) {
      return { ...session.report(), ...failed("plugin_output", "The answer is no JSON or larger than 256 KiB") };
    }
    return { ...session.report(), outcome: "ok", value: JSON.parse(text) as Json };
  } catch (error) {
    const report = session.report();
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof NetworkDenied) return { ...report, ...failed("network_denied", message) };
    return {
      ...report,
      ...failed(Object.keys(report.denied).length > 0 ? "capability_denied" : "plugin_error", message),
    };
  } finally {
    session.end();
  }
}

function failed(outcome: RunCode, message: string) {
  return { outcome, value: null, message };
}

function skipped(session: Session): TestRun {
  session.begin();
  return { ...session.report(), outcome: "skipped", value: null };
}

/** What the admin granted, in one order; throws for what the manifest does not declare. */
export function checkedGrants(
  manifest: Pick<TestManifest, "permissions">,
  granted: readonly string[] | undefined,
): Permission[] {
  const declared = manifest.permissions.map(({ code }) => code);
  const undeclared = (granted ?? []).filter((code) => !declared.includes(code));
  if (undeclared.length > 0) throw new Error(`manifest.json does not declare ${undeclared.join(", ")}`);
  return PERMISSIONS.filter((code) => (granted ?? declared).includes(code));
}

/** `"GET /notes/:id"` takes one segment per `:name`; a literal segment wins over a `:name`. */
function findRoute(
  routes: readonly { readonly method: string; readonly path: string }[],
  method: string,
  path: string,
): { name: string; params: Record<string, string> } | null {
  const ordered = [...routes].sort((a, b) => (shape(a.path) < shape(b.path) ? -1 : 1));
  for (const route of ordered) {
    if (route.method !== method) continue;
    const names = [...route.path.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name = ""]) => name);
    const match = new RegExp(`^${route.path.replaceAll(/:[A-Za-z0-9_]+/g, "([^/]+)")}$`).exec(path);
    if (match === null) continue;
    const params = Object.fromEntries(names.map((name, index) => [name, decode(match[index + 1] ?? "")]));
    return { name: `${method} ${route.path}`, params };
  }
  return null;
}

function shape(path: string): string {
  return path
    .split("/")
    .map((segment) => (segment.startsWith(":") ? "1" : "0"))
    .join("");
}

function decode(segment: string): string {
  return new URLSearchParams(`_=${segment.replaceAll("+", "%2B")}`).get("_") ?? segment;
}
