import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { TUF_OPERATIONS } from "../../contract/tuf/operations.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import {
  type FetchTuf,
  type FollowedUpdates,
  fetchTarget,
  followUpdates,
  type TrustedUpdates,
} from "../../domain/tuf/follow.ts";
import { ROOT, SNAPSHOT, TIMESTAMP } from "../../domain/tuf/metadata.ts";
import { MAX_BYTES } from "../../domain/tuf/roles.ts";
import { countSigners } from "../../domain/tuf/sign.ts";
import { indexPath } from "../../domain/tuf/target-path.ts";
import { readDocument } from "../../domain/tuf/verify-document.ts";
import { type CliProblem, misuse, type Outcome } from "../problem.ts";
import { addressOf } from "./ask.ts";
import { type Env, makePrivateFolder } from "./config.ts";
import { writeWhole } from "./project-files.ts";
import { stateFolder } from "./seen-releases.ts";

const STATE = z.strictObject({
  stateVersion: z.literal(1),
  /** Origin → what is trusted there. */
  marketplaces: z.record(
    z.string(),
    z.strictObject({ root: ROOT, timestamp: TIMESTAMP.nullable(), snapshot: SNAPSHOT.nullable() }),
  ),
});
type State = z.infer<typeof STATE>;

/** What of an index a client holds a release against. */
const INDEX = z.object({
  type: z.literal("rbsm-index/1"),
  name: z.string(),
  releases: z.array(
    z.object({ version: z.string(), state: z.string(), sha256: z.string(), receiptSha256: z.string() }),
  ),
});
const HTTP_NOT_FOUND = 404;

/** A release as its own signatures prove it. */
export interface ProvenRelease {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly receiptSha256: string;
}

/** Trusts a root from now on: `bytes`, or the marketplace's first one. An older or other root of the same chain is no news. */
export async function pinRoot(
  env: Env,
  origin: string,
  bytes: Uint8Array | null,
): Promise<Outcome<{ readonly version: number; readonly keyIds: readonly string[] }>> {
  const root = bytes ?? (await fetchTuf(origin)("1.root.json", MAX_BYTES.root).catch(() => null));
  if (root === null)
    return {
      ok: false,
      problem: misuse("root_missing", `${origin} publishes no root of updates.`, "Ask its operator."),
    };
  const read = readDocument(root, ROOT, MAX_BYTES.root);
  const isOwn =
    read.ok &&
    (await countSigners(read.value, read.value.signed.roles.root, read.value.signed.keys)) >=
      read.value.signed.roles.root.threshold;
  if (!read.ok || !isOwn)
    return { ok: false, problem: misuse("root_invalid", "This is no root of updates that its own people signed.") };
  const state = await readState(env);
  if (!state.ok) return state;
  const pinned: TrustedUpdates = { root: read.value.signed, timestamp: null, snapshot: null };
  await keep(env, state.value, origin, pinned);
  return ok({ version: pinned.root.version, keyIds: [...pinned.root.roles.root.keyids] });
}

/**
 * Holds a proven release against the update repository, where its root is pinned: the repository must be followed without a
 * contradiction to what was seen before, and list this very release as one that may be had. Null: no root is pinned.
 */
export async function judgeListed(env: Env, origin: string, release: ProvenRelease): Promise<Outcome<"listed" | null>> {
  const state = await readState(env);
  if (!state.ok) return state;
  const trusted = Object.hasOwn(state.value.marketplaces, origin) ? state.value.marketplaces[origin] : undefined;
  if (trusted === undefined) return ok(null);
  const fetch = fetchTuf(origin);
  const now = Math.floor(Date.now() / 1000);
  const followed = await reach(origin, () => followUpdates(trusted, fetch, now));
  if (!followed.ok) return followed;
  const { root, timestamp, snapshot } = followed.value;
  await keep(env, state.value, origin, { root, timestamp, snapshot });
  const index = await reach(origin, () =>
    fetchTarget(followed.value as FollowedUpdates, indexPath(release.name), fetch, now),
  );
  if (!index.ok) return index;
  const parsed = INDEX.safeParse(JSON.parse(new TextDecoder().decode(index.value)));
  const row = parsed.success ? parsed.data.releases.find(({ version }) => version === release.version) : undefined;
  if (row === undefined) return refusal(origin, { reason: "tuf_unlisted", facts: { ...release } });
  if (row.state === "blocked") return refusal(origin, { reason: "release_blocked", facts: { ...release } });
  const isSame = row.sha256 === release.sha256 && row.receiptSha256 === release.receiptSha256;
  return isSame ? ok("listed") : refusal(origin, { reason: "tuf_mixed", facts: { ...release } });
}

const SAYS: Readonly<Record<string, string>> = {
  tuf_malformed: "sends documents that cannot be read",
  tuf_version: "shows an older state than one seen before",
  tuf_expired: "shows a state that has ended: it is held still, or this machine's clock is wrong",
  tuf_threshold: "shows documents that too few of the right people signed",
  tuf_roles: "shows a root whose keys do not hold",
  tuf_mixed: "shows parts of different states",
  tuf_unlisted: "does not list this release",
  release_blocked: "says that this release is blocked",
};

function refusal(origin: string, { reason, facts }: Problem): { readonly ok: false; readonly problem: CliProblem } {
  return {
    ok: false,
    problem: {
      code: reason,
      kind: "trust",
      message: `The update repository of ${origin} ${SAYS[reason] ?? "is refused"}.`,
      next: "Install nothing from there until you know why; ask its operator.",
      ...(facts === undefined ? {} : { facts }),
    },
  };
}

/** Refusals told to a person; a network that fails is no sign of anything. */
async function reach<T>(origin: string, work: () => Promise<Result<T, Problem>>): Promise<Outcome<T>> {
  try {
    const result = await work();
    return result.ok ? result : refusal(origin, result.problem);
  } catch (error) {
    const message = `The update repository of ${origin} could not be read: ${error instanceof Error ? error.message : error}.`;
    return { ok: false, problem: { code: "updates_unreachable", kind: "network", message, next: "Try again later." } };
  }
}

function fetchTuf(origin: string): FetchTuf {
  return async (name, maxBytes) => {
    const address = name.startsWith("targets/")
      ? `${origin}/tuf/${name.split("/").map(encodeURIComponent).join("/")}`
      : addressOf(origin, TUF_OPERATIONS.showTufFile, { params: { file: name } });
    const response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(30_000) });
    if (response.status === HTTP_NOT_FOUND) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) throw new Error(`${name} answered ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > maxBytes) throw new Error(`${name} is larger than ${maxBytes} bytes`);
    return bytes;
  };
}

function fileOf(env: Env): string {
  return path.join(stateFolder(env), "updates.json");
}

/** A file that cannot be read is never taken for an empty one: that would forget what was seen. */
async function readState(env: Env): Promise<Outcome<State>> {
  const text = await readFile(fileOf(env), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return ok({ stateVersion: 1, marketplaces: {} });
  try {
    return ok(STATE.parse(JSON.parse(text)));
  } catch {
    const next = "Find out what changed it, then pin the root anew with rbsm root pin.";
    return { ok: false, problem: misuse("state_invalid", `${fileOf(env)} is not what rbsm wrote.`, next) };
  }
}

async function keep(env: Env, state: State, origin: string, trusted: TrustedUpdates): Promise<void> {
  const marketplaces = { ...state.marketplaces, [origin]: trusted };
  await makePrivateFolder(stateFolder(env));
  await writeWhole(fileOf(env), `${JSON.stringify({ ...state, marketplaces })}\n`, 0o600);
}
