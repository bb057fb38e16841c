import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { ok } from "../../domain/result.ts";
import type { StatementHead } from "../../domain/trust/statement.ts";
import type { Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { inspectBundle } from "./inspect-bundle.ts";
import type { SigningKey } from "./key-store.ts";
import { type Marketplace, marketplaceName, requireToken } from "./marketplace.ts";
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
  /** The `.rbsm` file. */
  readonly bytes: Uint8Array;
  readonly key: SigningKey;
  /** Asked once before anything is sent, and again if the head has moved. */
  readonly confirm: (plan: Plan) => Promise<Outcome<null>>;
  /** Reads the head and asks, but sends nothing. */
  readonly isDryRun?: boolean;
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}
export interface Published {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly state: ReleaseState;
  /** The marketplace had this very release already. */
  readonly isKnown: boolean;
}

/**
 * Opens, asks, signs and sends a bundle; null when it was a dry run. If the chain has moved meanwhile it reads the head
 * once more and asks again.
 */
export async function publishBundle(publishing: Publishing): Promise<Outcome<Published | null>> {
  const token = requireToken(publishing.marketplace);
  if (!token.ok) return token;
  const bundle = await inspectBundle(publishing.bytes);
  if (!bundle.ok) return bundle;
  const first = await attempt(publishing, bundle.value, false);
  return !first.ok && first.problem.code === "statement_stale" ? attempt(publishing, bundle.value, true) : first;
}

/** The newest accepted statement of a plugin. A name nobody has yet begins its chain. */
export async function fetchHead(marketplace: Marketplace, name: string): Promise<Outcome<StatementHead>> {
  const reply = await ask(marketplace, PUBLISH_OPERATIONS.getHead, { params: { name } });
  if (reply.ok) return ok(reply.value.body);
  return reply.problem.kind === "not_found" ? ok({ sequence: 0, statementSha256: null }) : reply;
}

async function attempt(
  { marketplace, bytes, key, confirm, isDryRun, onProgress }: Publishing,
  bundle: OpenedBundle,
  isSecondTry: boolean,
): Promise<Outcome<Published | null>> {
  const { name, version } = bundle.manifest;
  const head = await fetchHead(marketplace, name);
  if (!head.ok) return head;
  const agreed = await confirm({ bundle, head: head.value, keyId: key.keyId, isSecondTry });
  if (!agreed.ok) return agreed;
  if (isDryRun) return ok(null);
  const statement = await signBundle({ bundle, key, marketplace: marketplaceName(marketplace), head: head.value });
  const reply = await ask(marketplace, PUBLISH_OPERATIONS.publishPlugin, {
    parts: [
      { name: "plugin", content: "{}", type: "application/json" },
      { name: "statement", content: JSON.stringify(statement), type: "application/json" },
      { name: "bundle", content: bytes, fileName: `${name}-${version}.rbsm`, type: "application/vnd.rbsm+zip" },
    ],
    onProgress,
  });
  if (!reply.ok) return reply;
  const { id, releaseId, state } = reply.value.body;
  return ok({ releaseId, pluginId: id, state, isKnown: reply.value.status === 200 });
}
