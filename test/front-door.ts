import { openBundle } from "../src/domain/bundle/open.ts";
import { sealEnvelope } from "../src/domain/trust/envelope.ts";
import { makeKeyProof } from "../src/domain/trust/key-proof.ts";
import { createSigner, pkcs8OfSeed } from "../src/domain/trust/signer.ts";
import { buildStatement } from "../src/domain/trust/statement.ts";
import type { OwnPlugin } from "./bundles.ts";

type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
type Body = any;

/** A marketplace as its people use it: set up, accounts, keys, releases, instances, licenses – all by public calls. */
export class FrontDoor {
  readonly #base: string;
  readonly #fetch: Fetch;
  readonly marketplace = "localhost";
  operator = "";

  constructor(base: string, fetcher: Fetch) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  async call(method: string, target: string, token?: string, body?: unknown): Promise<Body> {
    const response = await this.#fetch(`${this.#base}${target}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${target} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  async setUp(secret: string): Promise<void> {
    this.operator = (await this.call("POST", "/v1/setup", secret, { name: "Operator" })).token;
  }

  /** A publisher with an enrolled key. `seed` is one byte. */
  async addPublisher(handle: string, seed: number): Promise<PublisherHands> {
    const account = await this.call("POST", "/v1/desk/accounts", this.operator, {
      name: handle,
      email: `${handle}@example.com`,
      publisher: { handle, displayName: handle },
    });
    const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(seed)));
    if (signer === null) throw new Error("no signer");
    const proof = await makeKeyProof(
      { account: account.accountId, publisher: handle, marketplace: this.marketplace },
      account.keyNonce,
      signer,
      Math.floor(Date.now() / 1000),
    );
    await this.call("POST", `/v1/publishers/${handle}/keys`, account.token, proof);
    return { handle, token: account.token, signer };
  }

  /** Signs, uploads, waits for the checks, approves. */
  async publish(publisher: PublisherHands, plugin: OwnPlugin): Promise<{ pluginId: string; releaseId: string }> {
    const opened = await openBundle(plugin.bytes);
    if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
    const head = await this.#fetch(`${this.#base}/v1/plugins/by-name/${plugin.metadata.name}/head`, {
      headers: { authorization: `Bearer ${publisher.token}` },
    });
    const answer = (await head.json()) as { sequence: number; statementSha256: string };
    const chain = head.ok ? answer : { sequence: 0, statementSha256: null };
    const statement = buildStatement(opened.value, this.marketplace, chain, await publisher.signer.keyId());
    const form = new FormData();
    form.set("plugin", "{}");
    form.set("bundle", new File([plugin.bytes], "plugin.rbsm"));
    form.set("statement", JSON.stringify(await sealEnvelope(statement, publisher.signer)));
    const uploaded = await this.#fetch(`${this.#base}/v1/plugins`, {
      method: "POST",
      headers: { authorization: `Bearer ${publisher.token}` },
      body: form,
    });
    const release = (await uploaded.json()) as Body;
    if (!uploaded.ok) throw new Error(JSON.stringify(release));
    const checked = await this.call("GET", `/v1/releases/${release.releaseId}?wait=30`, this.operator);
    await this.call("POST", `/v1/desk/releases/${release.releaseId}/decision`, this.operator, {
      decision: "approve",
      reason: "Looked at",
      sha256: checked.sha256,
    });
    return { pluginId: checked.pluginId, releaseId: release.releaseId };
  }
}

export interface PublisherHands {
  readonly handle: string;
  readonly token: string;
  readonly signer: NonNullable<ReturnType<typeof createSigner>>;
}
