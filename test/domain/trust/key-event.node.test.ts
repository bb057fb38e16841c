import { describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { believeKeys, fallenKeys } from "../../../src/domain/trust/key-chain.ts";
import {
  buildKeyEvent,
  type ChainKey,
  judgeKeyEvent,
  type KeyChainHead,
  type KeyChange,
  openKeyEvent,
} from "../../../src/domain/trust/key-event.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import type { OpenedStatement } from "../../../src/domain/trust/statement.ts";
import { judgeKey } from "../../../src/domain/trust/verify-release.ts";

const SUBJECT = { marketplace: "plugins.example.org", publisher: "acme" };
const START: KeyChainHead = { sequence: 0, eventSha256: null };

function signer(seed: number): Ed25519Signer {
  return createSigner(pkcs8OfSeed(new Uint8Array(32).fill(seed))) as Ed25519Signer;
}
async function keyOf(of: Ed25519Signer, state: ChainKey["state"] = "active"): Promise<ChainKey> {
  return { keyId: await of.keyId(), publicKey: encodeHex(await of.publicKey()), state };
}

/** A chain of changes, each by its signer. */
async function chain(...links: readonly (readonly [Ed25519Signer, KeyChange])[]) {
  let head = START;
  const envelopes: unknown[] = [];
  const keys = await Promise.all([1, 2, 3, 4].map((seed) => keyOf(signer(seed * 17))));
  for (const [by, change] of links) {
    const envelope = await sealEnvelope(buildKeyEvent(SUBJECT, head, change), by);
    const opened = await openKeyEvent(envelope, SUBJECT, keys);
    if (!opened.ok) throw new Error(opened.problem.reason);
    head = { sequence: opened.value.event.sequence, eventSha256: opened.value.sha256 };
    envelopes.push(envelope);
  }
  return { envelopes, keys, head };
}

const [A, B, C, D] = [signer(17), signer(34), signer(51), signer(68)];

describe("a key that a client has not seen", () => {
  it("is believed when events lead to it from one it has seen", async () => {
    const add = async (key: Ed25519Signer) => ({ action: "add", publicKey: (await keyOf(key)).publicKey }) as const;
    const { envelopes, keys } = await chain([A, await add(B)], [B, await add(C)]);
    const known = [await A.keyId()];
    expect(await believeKeys(envelopes, SUBJECT, keys, known)).toEqual(
      new Set([await A.keyId(), await B.keyId(), await C.keyId()]),
    );
    expect(await believeKeys(envelopes, SUBJECT, keys, [await D.keyId()])).toEqual(new Set([await D.keyId()]));
  });

  it("is not believed from a hand that was retired or condemned before, nor through recover", async () => {
    const add = { action: "add", publicKey: (await keyOf(C)).publicKey } as const;
    const known = [await A.keyId(), await B.keyId()];
    for (const change of [
      { action: "retire", keyId: await A.keyId() } as const,
      { action: "compromise", keyId: await A.keyId(), fromSequence: {} } as const,
    ]) {
      const { envelopes, keys } = await chain([B, change], [A, add]);
      expect((await believeKeys(envelopes, SUBJECT, keys, known))?.has(await C.keyId())).toBe(false);
    }
    const recover = { action: "recover", publicKey: (await keyOf(C)).publicKey } as unknown as KeyChange;
    const { envelopes, keys } = await chain([A, recover]);
    expect((await believeKeys(envelopes, SUBJECT, keys, known))?.has(await C.keyId())).toBe(false);
  });

  it("is not believed through a chain with a hole, another order or another publisher", async () => {
    const add = async (key: Ed25519Signer) => ({ action: "add", publicKey: (await keyOf(key)).publicKey }) as const;
    const { envelopes, keys } = await chain([A, await add(B)], [B, await add(C)]);
    const known = [await A.keyId()];
    expect(await believeKeys(envelopes.slice(1), SUBJECT, keys, known)).toBeNull();
    expect(await believeKeys([...envelopes].reverse(), SUBJECT, keys, known)).toBeNull();
    expect(await believeKeys(envelopes, { ...SUBJECT, publisher: "other" }, keys, known)).toBeNull();
  });
});

describe("what events say against a key", () => {
  it("counts from any key that was handed in, until that one has fallen itself", async () => {
    const [a, b] = await Promise.all([A.keyId(), B.keyId()]);
    const compromise = (keyId: string) => ({ action: "compromise", keyId, fromSequence: { hello: 6 } }) as const;
    const { envelopes, keys } = await chain([B, compromise(a)], [A, compromise(b)]);
    const fallen = await fallenKeys(envelopes, SUBJECT, keys);
    expect([...(fallen ?? [])]).toEqual([[a, { state: "compromised", cuts: { hello: 6 } }]]);
  });

  it("keeps its place in the chain when its signer is a stranger, and then says nothing", async () => {
    const [a, c] = await Promise.all([A.keyId(), C.keyId()]);
    const { envelopes, keys } = await chain(
      [B, { action: "retire", keyId: c }],
      [A, { action: "compromise", keyId: c, fromSequence: {} }],
    );
    const listed = keys.filter(({ keyId }) => keyId === a || keyId === c);
    expect((await fallenKeys(envelopes, SUBJECT, listed))?.get(c)?.state).toBe("compromised");
    expect((await fallenKeys(envelopes.slice(0, 1), SUBJECT, listed))?.size).toBe(0);
    expect(await fallenKeys(envelopes.slice(1), SUBJECT, listed)).toBeNull();
  });
});

describe("a key event is judged", () => {
  it("by its place, its hand and the key it is about", async () => {
    const target = await B.keyId();
    const opened = async (change: KeyChange, by = A) => {
      const keys = await Promise.all([A, B, C].map((key) => keyOf(key)));
      const envelope = await sealEnvelope(buildKeyEvent(SUBJECT, START, change), by);
      const event = await openKeyEvent(envelope, SUBJECT, keys);
      if (!event.ok) throw new Error(event.problem.reason);
      return event.value;
    };
    const retire = await opened({ action: "retire", keyId: target });
    const keys = async (a: ChainKey["state"], b: ChainKey["state"]) => [await keyOf(A, a), await keyOf(B, b)];
    expect(judgeKeyEvent(retire, START, await keys("active", "active"))).toBeNull();
    const table = [
      ["key_event_stale", { sequence: 1, eventSha256: "0".repeat(64) }, await keys("active", "active")],
      ["key_retired", START, await keys("retired", "active")],
      ["key_compromised", START, await keys("compromised", "active")],
      ["key_retired", START, await keys("active", "retired")],
      ["key_compromised", START, await keys("active", "compromised")],
      ["key_unknown", START, [await keyOf(A)]],
    ] as const;
    for (const [reason, head, listed] of table) expect(judgeKeyEvent(retire, head, listed)?.reason).toBe(reason);
    const compromise = await opened({ action: "compromise", keyId: target, fromSequence: { hello: 6 } });
    expect(judgeKeyEvent(compromise, START, await keys("active", "retired"))).toBeNull();
  });
});

describe("E17: a key compromised from sequence 6", () => {
  const statement = (sequence: number, name = "hello"): OpenedStatement =>
    ({ statement: { keyId: "k", name, sequence } }) as unknown as OpenedStatement;
  const keys = [{ keyId: "k", publicKey: "", state: "compromised", cuts: { hello: 6 } }] as const;

  it("leaves 4 and 5 standing and voids 6", () => {
    expect([4, 5, 6, 7].map((sequence) => judgeKey(statement(sequence), keys, null)?.reason)).toEqual([
      undefined,
      undefined,
      "key_compromised",
      "key_compromised",
    ]);
  });

  it("voids everything of a plugin that is not named, whatever it is called", () => {
    expect(judgeKey(statement(1, "other"), keys, null)?.reason).toBe("key_compromised");
    expect(judgeKey(statement(1, "constructor"), keys, null)?.reason).toBe("key_compromised");
  });
});
