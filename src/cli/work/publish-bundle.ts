import type { OpenedBundle } from "../../domain/bundle/open.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import type { StatementHead } from "../../domain/trust/statement.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { inspectBundle } from "./inspect-bundle.ts";
import type { SigningKey } from "./key-store.ts";
import { ask, type Marketplace, marketplaceName, type Reply, requireToken } from "./marketplace.ts";
import { signBundle } from "./sign-bundle.ts";

export interface Plan {
  readonly bundle: OpenedBundle;
  readonly head: StatementHead;
  readonly keyId: string;
  /** Somebody else published in between: the first plan was made for another head. */
  readonly isSecondTry: boolean;
}
export interface Publishing {
  readonly marketplace: Marketplace;
  readonly bytes: Uint8Array;
  readonly key: SigningKey;
  /** Reads, asks and signs, but sends nothing. */
  readonly isDryRun?: boolean;
  /** Asked once before anything is sent, and again if the head has moved. */
  readonly confirm: (plan: Plan) => Promise<Outcome<null>>;
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}
export interface Published {
  /** null when nothing was sent. */
  readonly releaseId: string | null;
  readonly pluginId: string;
  readonly state: string;
  readonly sequence: number;
  /** The marketplace had this very release already. */
  readonly isKnown: boolean;
}

/** Opens, asks, signs and sends a bundle. If the chain has moved meanwhile it reads the head once more and asks again. */
export async function publishBundle(publishing: Publishing): Promise<Outcome<Published>> {
  const token = requireToken(publishing.marketplace);
  if (!token.ok) return token;
  const bundle = await inspectBundle(publishing.bytes);
  if (!bundle.ok) return bundle;
  const first = await attempt(publishing, bundle.value, false);
  return !first.ok && first.problem.code === "statement_stale" ? attempt(publishing, bundle.value, true) : first;
}

/** The newest accepted statement of a plugin. A name nobody has yet begins its chain. */
export async function fetchHead(marketplace: Marketplace, name: string): Promise<Outcome<StatementHead>> {
  const reply = await ask(marketplace, { path: `/v1/plugins/by-name/${encodeURIComponent(name)}/head` });
  if (!reply.ok) return reply.problem.kind === "not_found" ? ok({ sequence: 0, statementSha256: null }) : reply;
  const { sequence, statementSha256 } = reply.value.body;
  if (
    typeof sequence === "number" &&
    Number.isSafeInteger(sequence) &&
    sequence >= 0 &&
    isDigestOrNull(statementSha256)
  )
    return ok({ sequence, statementSha256 });
  return { ok: false, problem: notUnderstood(marketplace, "the head of the plugin") };
}

async function attempt(
  { marketplace, bytes, key, isDryRun, confirm, onProgress }: Publishing,
  bundle: OpenedBundle,
  isSecondTry: boolean,
): Promise<Outcome<Published>> {
  const head = await fetchHead(marketplace, bundle.manifest.name);
  if (!head.ok) return head;
  const agreed = await confirm({ bundle, head: head.value, keyId: key.keyId, isSecondTry });
  if (!agreed.ok) return agreed;
  const sequence = head.value.sequence + 1;
  const statement = await signBundle({
    bundle,
    key,
    marketplace: marketplaceName(marketplace),
    head: head.value,
  });
  if (isDryRun) return ok({ releaseId: null, pluginId: "", state: "unsent", sequence, isKnown: false });
  const fileName = `${bundle.manifest.name}-${bundle.manifest.version}.rbsm`;
  const reply = await ask(marketplace, {
    method: "POST",
    path: "/v1/plugins",
    parts: [
      { name: "plugin", content: "{}", type: "application/json" },
      { name: "statement", content: JSON.stringify(statement), type: "application/json" },
      { name: "bundle", content: bytes, fileName, type: "application/vnd.rbsm+zip" },
    ],
    onProgress,
  });
  return reply.ok ? readPublished(marketplace, reply.value, sequence) : reply;
}

function readPublished(marketplace: Marketplace, { status, body }: Reply, sequence: number): Outcome<Published> {
  const { id, releaseId, state } = body;
  if (typeof releaseId === "string" && typeof state === "string")
    return ok({ releaseId, pluginId: String(id ?? ""), state, sequence, isKnown: status === 200 });
  return { ok: false, problem: notUnderstood(marketplace, "the new release") };
}

/** What `GET /v1/releases/{id}` says. */
export interface ReleaseState {
  readonly state: string;
  readonly gates: readonly Json[];
  readonly findings: readonly Json[];
  readonly body: JsonObject;
}

export interface Waiting {
  readonly marketplace: Marketplace;
  readonly releaseId: string;
  /** Unix milliseconds at which patience ends. */
  readonly until: number;
  readonly now: () => number;
  readonly onState?: (release: ReleaseState) => void;
}

const FINAL = new Set(["published", "deprecated", "yanked", "blocked", "rejected"]);
const LONG_POLL_SECONDS = 30;

/** Waits for the end of checks and review. Answers the release when it is published; anything else is a refusal. */
export async function waitForRelease(waiting: Waiting): Promise<Outcome<ReleaseState>> {
  const { marketplace, releaseId, until, now, onState } = waiting;
  for (;;) {
    const left = Math.ceil((until - now()) / 1000);
    const seconds = Math.max(1, Math.min(LONG_POLL_SECONDS, left));
    const started = now();
    const reply = await ask(marketplace, {
      path: `/v1/releases/${encodeURIComponent(releaseId)}?wait=${seconds}`,
      timeoutMs: (seconds + 30) * 1000,
    });
    if (!reply.ok) return reply;
    const release = readRelease(reply.value.body);
    onState?.(release);
    if (FINAL.has(release.state)) return conclude(release);
    if (now() >= until) return { ok: false, problem: tellGates(release) };
    // A server that does not hold the call open must not be asked in a tight loop.
    await pause(Math.min(1000 - (now() - started), until - now()));
  }
}

function readRelease(body: JsonObject): ReleaseState {
  return {
    state: String(body.state ?? "unknown"),
    gates: Array.isArray(body.gates) ? body.gates : [],
    findings: Array.isArray(body.findings) ? body.findings : [],
    body,
  };
}

function conclude(release: ReleaseState): Outcome<ReleaseState> {
  if (release.state === "published") return ok(release);
  return {
    ok: false,
    problem: {
      code: `release_${release.state}`,
      kind: "conflict",
      message: `The release is ${release.state}.`,
      next: "Read the findings; correct them and publish a new version.",
      facts: { ...release.body, state: release.state },
    },
  };
}

function tellGates(release: ReleaseState): CliProblem {
  const names = release.gates.map((gate) =>
    typeof gate === "object" && gate !== null && !Array.isArray(gate)
      ? String((gate as JsonObject).gate ?? (gate as JsonObject).name ?? "?")
      : String(gate),
  );
  return {
    code: "release_waiting",
    kind: "waiting",
    message: `The release is in state ${release.state}${names.length > 0 ? `; open gates: ${names.join(", ")}` : ""}.`,
    next: "It goes on without you; wait again with rbsm publish --wait, the same bytes are never taken twice.",
    facts: { ...release.body, state: release.state, gates: release.gates },
  };
}

function notUnderstood({ origin }: Marketplace, what: string): CliProblem {
  return {
    code: "answer_invalid",
    kind: "server",
    message: `${origin} did not answer ${what} as this rbsm understands it.`,
    next: "Update rbsm, or check the address of the marketplace.",
  };
}

function isDigestOrNull(value: Json | undefined): value is string | null {
  return value === null || (typeof value === "string" && /^[0-9a-f]{64}$/.test(value));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
