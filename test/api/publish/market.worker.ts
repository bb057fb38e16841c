import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { makeKeyProof } from "../../../src/domain/trust/key-proof.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { buildStatement, type StatementHead } from "../../../src/domain/trust/statement.ts";
import worker from "../../../src/worker.ts";
import { type OwnPlugin, ownPlugin } from "../../bundles.ts";
import { call, instanceBearer, makeOperator, ORIGIN } from "../account/calls.worker.ts";
import { checkAnswer } from "../check-answer.ts";

export interface Publisher {
  readonly handle: string;
  readonly accountId: string;
  readonly publisherId: string;
  readonly token: string;
  readonly signer: Ed25519Signer;
}

let operator: Promise<string> | undefined;
/** One operator for all calls of a file. */
export function operatorToken(): Promise<string> {
  operator ??= makeOperator();
  return operator;
}

let seeds = 1;

/** Account, publisher and enrolled key, through the front door. */
export async function makePublisher(handle: string): Promise<Publisher> {
  const made = await call("POST", "/v1/desk/accounts", {
    bearer: await operatorToken(),
    body: { name: handle, email: `${handle}@example.org`, publisher: { handle, displayName: handle.toUpperCase() } },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const { accountId, publisherId, token, keyNonce } = made.body;
  const seed = new Uint8Array(32).fill(0x60);
  seed[0] = seeds++;
  const signer = createSigner(pkcs8OfSeed(seed));
  if (signer === null) throw new Error("no signer");
  const subject = { account: accountId, publisher: handle, marketplace: "localhost" };
  const proof = await makeKeyProof(subject, keyNonce, signer, Math.floor(Date.now() / 1000));
  const enrolled = await call("POST", `/v1/publishers/${handle}/keys`, { bearer: token, body: proof });
  if (enrolled.status !== 201) throw new Error(JSON.stringify(enrolled.body));
  return { handle, accountId, publisherId, token, signer };
}

export interface Instance {
  readonly id: string;
  bearer(): Promise<string>;
}

/** An instance; with a publisher it acts for it. */
export async function makeInstance(token: string, publisher?: string): Promise<Instance> {
  const made = await call("POST", "/v1/instances/register", {
    bearer: token,
    body: {
      name: "Office",
      url: "https://office.example.com",
      appVersion: "0.1.0",
      webhookUrl: "https://office.example.com/api/webhooks/marketplace",
      ...(publisher === undefined ? {} : { publisher }),
    },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const { instanceId, apiKey, apiSecret } = made.body;
  return { id: instanceId, bearer: () => instanceBearer(apiKey, apiSecret) };
}

/** A statement of the publisher for a bundle, as `rbsm sign` writes it. */
export async function signBundle(
  publisher: Publisher,
  bytes: Uint8Array,
  head: StatementHead = { sequence: 0, statementSha256: null },
  marketplace = "localhost",
): Promise<string> {
  const opened = await openBundle(bytes);
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  const statement = buildStatement(opened.value, marketplace, head, await publisher.signer.keyId());
  return JSON.stringify(await sealEnvelope(statement, publisher.signer));
}

export interface Sent {
  readonly bundle?: Uint8Array<ArrayBuffer>;
  readonly statement?: string;
  readonly plugin?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read by the test that knows their shape
export async function upload(bearer: string, sent: Sent): Promise<{ status: number; body: any }> {
  const form = new FormData();
  if (sent.plugin !== undefined)
    form.set("plugin", typeof sent.plugin === "string" ? sent.plugin : JSON.stringify(sent.plugin));
  if (sent.bundle !== undefined) form.set("bundle", new File([sent.bundle], "plugin.rbsm"));
  if (sent.statement !== undefined) form.set("statement", sent.statement);
  const response = await exports.default.fetch(`${ORIGIN}/v1/plugins`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}` },
    body: form,
  });
  const text = await response.text();
  checkAnswer("POST", "/v1/plugins", response, text);
  return { status: response.status, body: JSON.parse(text) };
}

/** A plugin of that publisher, packed and signed as the next link after `head`. */
export async function makeRelease(
  publisher: Publisher,
  name: string,
  options: {
    version?: string;
    note?: string;
    padding?: number;
    manifest?: JsonObject;
    files?: ReadonlyMap<string, Uint8Array>;
    head?: StatementHead;
  } = {},
): Promise<OwnPlugin & { statement: string; sha256: string }> {
  const { head, ...rest } = options;
  const plugin = await ownPlugin({ publisher: publisher.handle, name, ...rest });
  return { ...plugin, statement: await signBundle(publisher, plugin.bytes, head), sha256: plugin.metadata.checksum };
}

/** What the queue would do with the bell, at once. */
export async function runChecks(releaseId: string): Promise<void> {
  const batch = createMessageBatch("releases", [{ id: "1", timestamp: new Date(), attempts: 1, body: { releaseId } }]);
  const context = createExecutionContext();
  await worker.queue?.(batch as never, env, context);
  await getQueueResult(batch, context);
}

export async function decide(releaseId: string, sha256: string, decision = "approve") {
  return call("POST", `/v1/desk/releases/${releaseId}/decision`, {
    bearer: await operatorToken(),
    body: { decision, reason: "Looked at it.", sha256 },
  });
}

/** Upload, checks, approval. */
export async function publish(
  publisher: Publisher,
  release: { bytes: Uint8Array<ArrayBuffer>; statement: string; sha256: string },
) {
  const uploaded = await upload(publisher.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
  if (uploaded.status !== 201) throw new Error(JSON.stringify(uploaded.body));
  const { releaseId } = uploaded.body;
  const waited = await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: publisher.token });
  if (waited.body.state !== "review") throw new Error(JSON.stringify(waited.body));
  const decided = await decide(releaseId, release.sha256);
  if (decided.status !== 200) throw new Error(JSON.stringify(decided.body));
  return { pluginId: uploaded.body.id as string, releaseId: releaseId as string };
}
