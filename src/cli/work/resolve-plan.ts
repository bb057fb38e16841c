import { RESOLVE_OPERATIONS } from "../../contract/resolve/operations.ts";
import type { Channel } from "../../domain/manifest/permissions.ts";
import type { Problem } from "../../domain/problem.ts";
import { compareVersions } from "../../domain/release/version.ts";
import type { IndexDocument } from "../../domain/resolve/index-document.ts";
import { admits, readRange } from "../../domain/resolve/range.ts";
import type { ResolveRequest } from "../../domain/resolve/request.ts";
import { type Plan, resolve } from "../../domain/resolve/resolve.ts";
import { ok } from "../../domain/result.ts";
import { type CliProblem, fromReason, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { Lock } from "./lock-file.ts";
import type { Marketplace } from "./marketplace.ts";

export interface Planned {
  readonly plan: Plan;
  readonly documents: ReadonlyMap<string, IndexDocument>;
}

/** Names that one call of `/v1/index` takes. */
const NAMES_PER_CALL = 100;

/** Chooses versions here, over the documents the marketplace itself chooses over. */
export async function resolvePlan(marketplace: Marketplace, request: ResolveRequest): Promise<Outcome<Planned>> {
  const documents = await fetchIndex(marketplace, Object.keys(request.roots));
  if (!documents.ok) return documents;
  const plan = await resolve(documents.value, request);
  return plan.ok ? ok({ plan: plan.value, documents: documents.value }) : { ok: false, problem: tell(plan.problem) };
}

/** What a lock asks for, and what it holds; every plugin on the channel of the version it has. */
export function requestOf(lock: Lock): ResolveRequest & Required<Pick<ResolveRequest, "lock" | "channels">> {
  const plugins = Object.entries(lock.plugins);
  return {
    appVersion: lock.appVersion,
    roots: lock.roots,
    lock: Object.fromEntries(plugins.map(([name, { version, sha256 }]) => [name, { version, sha256 }])),
    channels: Object.fromEntries(plugins.map(([name, { channel }]): [string, Channel] => [name, channel])),
  };
}

export interface Outdated {
  readonly name: string;
  readonly current: string;
  /** What `rbsm update` would choose; the current one where nothing better fits. */
  readonly wanted: string;
  /** The newest on offer in the plugin's channel, whether it fits or not. */
  readonly newest: string;
}

/** Locked plugins for which there is something newer. */
export async function findOutdated(marketplace: Marketplace, lock: Lock): Promise<Outcome<readonly Outdated[]>> {
  const request = { ...requestOf(lock), update: Object.keys(lock.plugins) };
  const planned = await resolvePlan(marketplace, request);
  if (!planned.ok) return planned;
  const { plan, documents } = planned.value;
  const chosen = new Map([...plan.update, ...plan.keep].map(({ name, version }) => [name, version]));
  const rows = Object.entries(lock.plugins).map(([name, { version, channel }]) => {
    const offered = (documents.get(name)?.releases ?? [])
      .filter(({ state }) => state === "published" || state === "deprecated")
      .map((release) => release.version)
      .filter((one) => admits(readRange("*"), one, channel))
      .sort(compareVersions);
    return { name, current: version, wanted: chosen.get(name) ?? version, newest: offered.at(-1) ?? version };
  });
  return ok(rows.filter(({ current, wanted, newest }) => wanted !== current || compareVersions(newest, current) > 0));
}

async function fetchIndex(
  marketplace: Marketplace,
  names: readonly string[],
): Promise<Outcome<ReadonlyMap<string, IndexDocument>>> {
  const found = new Map<string, IndexDocument>();
  for (let from = 0; from < names.length; from += NAMES_PER_CALL) {
    const query = { names: names.slice(from, from + NAMES_PER_CALL).join(",") };
    const answer = await ask(marketplace, RESOLVE_OPERATIONS.readIndex, { query });
    if (!answer.ok) return answer;
    for (const document of answer.value.body.plugins) found.set(document.name, document);
  }
  return ok(found);
}

function tell(problem: Problem): CliProblem {
  const { explanation, wouldWork } = problem.facts ?? {};
  const told = fromReason(problem, "Change what is asked for, or remove a plugin with rbsm remove.");
  const [way, ...more] = isTexts(wouldWork) ? wouldWork : [];
  return {
    ...told,
    message: isTexts(explanation) ? explanation.join(" ") : told.message,
    ...(way === undefined ? {} : { next: [`What would work: ${way}`, ...more].join(" Or: ") }),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
