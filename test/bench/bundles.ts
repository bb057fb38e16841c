import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { unzipSync } from "fflate";
import { openBundle } from "../../src/domain/bundle/open.ts";
import { packBundle } from "../../src/domain/bundle/pack.ts";
import { type Bytes, encodeHex } from "../../src/domain/bytes.ts";
import type { JsonObject } from "../../src/domain/json/json.ts";
import { sealEnvelope } from "../../src/domain/trust/envelope.ts";
import { buildReceipt } from "../../src/domain/trust/receipt.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../src/domain/trust/signer.ts";
import { buildStatement, openStatement } from "../../src/domain/trust/statement.ts";
import { type ReleaseQuestion, verifyRelease } from "../../src/sdk/verify/index.ts";
import { ownPlugin } from "../bundles.ts";
import { prose } from "../domain/bundle/noise.ts";

/** A row of the table. */
export interface BundleOutcome {
  readonly path: string;
  readonly value: string;
  readonly floor: string;
  readonly figure: number;
  readonly target: string;
  readonly holds: boolean;
  readonly errors: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const MARKETPLACE = "plugins.example.org";

interface Case {
  readonly name: string;
  /** Of the files, inflated. */
  readonly bytes: number;
  readonly kind: "text" | "noise";
  /** Of a strict open, over plain inflate and SHA-256; only the size the design names binds. */
  readonly target: number | null;
}

const CASES: readonly Case[] = [
  { name: "50 KiB text", bytes: 50 * KIB, kind: "text", target: null },
  { name: "50 KiB noise", bytes: 50 * KIB, kind: "noise", target: null },
  { name: "5 MiB text", bytes: 5 * MIB, kind: "text", target: 2 },
  { name: "5 MiB noise", bytes: 5 * MIB, kind: "noise", target: 3.5 },
  { name: "50 MiB text", bytes: 50 * MIB, kind: "text", target: null },
  // A bundle has at most 50 MiB with everything around the files.
  { name: "49 MiB noise", bytes: 49 * MIB, kind: "noise", target: null },
];

/** Pack, strict open and verify, each over fflate's inflate and the SHA-256 of the same bytes; `quick` leaves out the largest. */
export async function* benchBundles(quick: boolean): AsyncGenerator<BundleOutcome> {
  for (const one of CASES.filter(({ bytes }) => !quick || bytes <= 5 * MIB)) {
    const bundle = await makeBundle(one);
    const question = await makeQuestion(bundle);
    const rounds = one.bytes < MIB ? (quick ? 15 : 40) : one.bytes < 10 * MIB ? (quick ? 3 : 9) : 3;
    const [floor, open, verify] = await interleaved(rounds, [
      () => inflateAndHash(bundle),
      async () => must((await openBundle(bundle)).ok),
      async () => must((await verifyRelease(question)).ok),
    ]);
    const pack = await repack(bundle, one.bytes < MIB ? 3 : 1);
    const beside = `inflate + SHA-256 ${shown(floor as number)}`;
    const row = (act: string, time: number, target: number | null): BundleOutcome => {
      const figure = time / (floor as number);
      return {
        path: `${act} ${one.name}`,
        value: shown(time),
        floor: beside,
        figure,
        target: target === null ? "no target" : `≤ ${target}`,
        holds: target === null || figure <= target,
        errors: 0,
      };
    };
    yield row("strict open", open as number, one.target);
    yield row("verify", verify as number, null);
    yield row("pack", pack, null);
    // Below that, what starting Node takes hides it.
    if (one.bytes > 40 * MIB) for (const act of ACTS) yield await memoryRow(act, one, question);
  }
}

async function makeBundle({ bytes, kind }: Case): Promise<Bytes> {
  const part = Math.min(bytes, MIB);
  const files = new Map<string, Uint8Array>();
  for (let number = 0; number < bytes / part; number++) {
    const name = `ui/part-${String(number).padStart(2, "0")}`;
    if (kind === "text") files.set(`${name}.txt`, prose(part, number + 1));
    else files.set(`${name}.woff2`, font(part));
  }
  files.set("ui/index.html", new TextEncoder().encode("<!doctype html><title>Own plugin</title><p>Numbers"));
  const ui = { pages: [{ id: "page", title: "Page", view: { file: "ui/index.html" } }] };
  return (await ownPlugin({ publisher: "acme", name: "bench-bundle", files, manifest: { type: "mixed", ui } })).bytes;
}

/** The only kind of file whose bytes are nobody's business: it is stored, for no encoder makes it smaller. */
function font(length: number): Uint8Array {
  const bytes = new Uint8Array(randomBytes(length));
  bytes.set(new TextEncoder().encode("wOF2"));
  new DataView(bytes.buffer).setUint32(8, length);
  return bytes;
}

/** What a client holds: both documents, both keys, the bytes. */
async function makeQuestion(bytes: Bytes): Promise<ReleaseQuestion> {
  const opened = await openBundle(bytes);
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  const [publisher, marketplace] = [1, 2].map((seed) => createSigner(pkcs8OfSeed(new Uint8Array(32).fill(seed))));
  const [hand, seal] = [publisher as Ed25519Signer, marketplace as Ed25519Signer];
  const trusted = async (signer: Ed25519Signer) => ({
    keyId: await signer.keyId(),
    publicKey: encodeHex(await signer.publicKey()),
  });
  const head = { sequence: 0, statementSha256: null };
  const statement = await sealEnvelope(buildStatement(opened.value, MARKETPLACE, head, await hand.keyId()), hand);
  const stated = await openStatement(statement, MARKETPLACE, [await trusted(hand)]);
  if (!stated.ok) throw new Error(stated.problem.reason);
  const terms = {
    publication: 1,
    previousReceipt: null,
    publishedAt: "2026-12-01T10:00:00Z",
    delivery: "public",
    sealed: null,
    policy: "bench",
    review: "human",
    keyId: await seal.keyId(),
  } as const;
  return {
    trust: { marketplace: MARKETPLACE, receiptKeys: [await trusted(seal)] },
    publisherKeys: [await trusted(hand)],
    statement,
    receipt: await sealEnvelope(buildReceipt(stated.value, terms), seal),
    bytes,
    name: opened.value.manifest.name,
    version: opened.value.manifest.version,
  };
}

/** The floor: what reading the files costs if one trusts everything. */
async function inflateAndHash(bytes: Bytes): Promise<void> {
  for (const file of Object.values(unzipSync(bytes))) await crypto.subtle.digest("SHA-256", file as Bytes);
}

async function repack(bytes: Bytes, rounds: number): Promise<number> {
  const files = new Map(Object.entries(unzipSync(bytes)));
  const [time] = await interleaved(rounds, [() => packFiles(files)]);
  return time as number;
}

async function packFiles(entries: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const manifest = JSON.parse(new TextDecoder().decode(entries.get("manifest.json"))) as JsonObject;
  const files = new Map([...entries].filter(([name]) => name !== "manifest.json"));
  must((await packBundle({ manifest, files })).ok);
}

/** Every act in turn, so that the machine's drift meets all of them; the median of each, in milliseconds. */
async function interleaved(rounds: number, acts: readonly (() => Promise<void>)[]): Promise<readonly number[]> {
  for (const act of acts) await act();
  const times = acts.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, act] of acts.entries()) {
      const from = performance.now();
      await act();
      times[index]?.push(performance.now() - from);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN);
}

const ACTS = ["strict open", "verify", "pack"] as const;
type Act = (typeof ACTS)[number];

/** What an act adds to a process at its peak, the file – or, to pack, its files – being there already. */
async function memoryRow(act: Act, one: Case, question: ReleaseQuestion): Promise<BundleOutcome> {
  const peak = await peakOf(act, question);
  const { length } = question.bytes;
  return {
    path: `${act}, memory ${one.name}`,
    value: `+${(peak / MIB).toFixed(1)} MiB`,
    floor: `the file ${(length / MIB).toFixed(1)} MiB`,
    figure: peak / length,
    target: "no target",
    holds: true,
    errors: 0,
  };
}

/** In a process of its own that does nothing else: the highest resident size after, less the size before. */
async function peakOf(act: Act, { bytes, ...question }: ReleaseQuestion): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "rbsm-bench-"));
  const file = path.join(folder, "bench.rbsm");
  await writeFile(file, bytes);
  try {
    return await new Promise((resolve, reject) => {
      const child = fork(import.meta.filename, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      child.on("message", (peak) => resolve(peak as number));
      child.on("error", reject);
      child.send({ act, file, question });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename && process.send) {
  process.once("message", async (order: { act: Act; file: string; question: Omit<ReleaseQuestion, "bytes"> }) => {
    // The reader itself is warm: its code is no part of what a bundle costs.
    must(!(await openBundle(new Uint8Array(200))).ok);
    const bytes = new Uint8Array(await readFile(order.file));
    const files = order.act === "pack" ? new Map(Object.entries(unzipSync(bytes))) : null;
    const before = await startPeak();
    if (files !== null) await packFiles(files);
    else if (order.act === "verify") must((await verifyRelease({ ...order.question, bytes })).ok);
    else must((await openBundle(bytes)).ok);
    process.send?.((await peakSoFar()) - before);
    process.disconnect();
  });
}

const PROC = "/proc/self";

/** Forgets earlier peaks where Linux lets us; elsewhere what was read into memory before hides a smaller one. */
async function startPeak(): Promise<number> {
  const isReset = await writeFile(`${PROC}/clear_refs`, "5").then(
    () => true,
    () => false,
  );
  return isReset ? process.memoryUsage.rss() : process.resourceUsage().maxRSS * KIB;
}

async function peakSoFar(): Promise<number> {
  const status = await readFile(`${PROC}/status`, "utf8").catch(() => "");
  const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
  return (peak === undefined ? process.resourceUsage().maxRSS : Number(peak)) * KIB;
}

function must(isOk: boolean): void {
  if (!isOk) throw new Error("the bench's own bundle was refused");
}

function shown(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}
