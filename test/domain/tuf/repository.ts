import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { Updater } from "tuf-js";
import { sha256Hex } from "../../../src/domain/digest.ts";
import type { FileMeta, Root, Signed, Target, TargetFiles } from "../../../src/domain/tuf/metadata.ts";
import { BIN_NAMES, REVOCATIONS, REVOCATIONS_PATH, roleOf } from "../../../src/domain/tuf/roles.ts";
import { documentBytes } from "../../../src/domain/tuf/sign.ts";
import { consistentPath } from "../../../src/domain/tuf/target-path.ts";
import { type PublishedRoles, type Round, writeRound } from "../../../src/domain/tuf/write-round.ts";

import { ONLINE, rootDocument, targetsDocument } from "./ceremony.ts";

/** A repository as files by address, written only by the code under test. */
export class Repository {
  readonly files = new Map<string, Uint8Array>();
  readonly listed: Record<string, Record<string, Target>> = {};
  published: PublishedRoles = {};
  snapshot: FileMeta | null = null;
  signers = { ...ONLINE };
  #reserved = 0;

  /** The next version to write is above this one. */
  skipTo(version: number): void {
    this.#reserved = version;
  }

  putRoot(root: Signed<Root>): void {
    this.files.set(`${root.signed.version}.root.json`, documentBytes(root));
  }

  async putTargets(document: Awaited<ReturnType<typeof targetsDocument>>): Promise<void> {
    const bytes = documentBytes(document);
    const { version } = document.signed;
    this.files.set(`${version}.targets.json`, bytes);
    const hashes = { sha256: await sha256Hex(bytes) };
    this.published = { ...this.published, targets: { version, length: bytes.length, hashes } };
  }

  /** Stores and lists a target; tells which role it went to. */
  async add(target: string, bytes: Uint8Array): Promise<string> {
    this.files.set(`targets/${consistentPath(target, await sha256Hex(bytes))}`, bytes);
    return this.list(target, bytes);
  }

  async list(target: string, bytes: Uint8Array): Promise<string> {
    const role = await roleOf(target);
    const listed = this.listed[role] ?? {};
    listed[target] = { length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } };
    this.listed[role] = listed;
    return role;
  }

  async write(roles: readonly string[], now: number, keepSnapshot = false): Promise<Round> {
    this.#reserved++;
    const changed: Record<string, TargetFiles> = {};
    for (const role of roles) changed[role] = this.listed[role] ?? {};
    const round = await writeRound({
      now,
      signers: this.signers,
      published: this.published,
      changed,
      versions: Object.fromEntries([...roles, "snapshot", "timestamp"].map((role) => [role, this.#reserved])),
      snapshot: keepSnapshot ? this.snapshot : null,
    });
    for (const { path: name, bytes } of round.files) this.files.set(name, bytes);
    this.published = round.published;
    this.snapshot = round.snapshot;
    return round;
  }

  /** Root 1, targets 1 and every role once. */
  static async open(now: number): Promise<Repository> {
    const made = new Repository();
    made.putRoot(await rootDocument(1, now));
    await made.putTargets(await targetsDocument(1, now));
    await made.add(REVOCATIONS_PATH, new TextEncoder().encode("{}"));
    await made.write([REVOCATIONS, ...BIN_NAMES], now);
    return made;
  }
}

/** A plain file server; what is not there is 404. */
export async function serve(files: () => ReadonlyMap<string, Uint8Array>) {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? "/").slice(1));
    asked.push(name);
    const bytes = files().get(name);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** A folder that trusts a root, and stock clients of it: each is a new process as far as tuf-js is concerned. */
export async function trustFolder(root: Uint8Array) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-tuf-"));
  const targetDir = path.join(folder, "targets");
  await mkdir(targetDir);
  await writeFile(path.join(folder, "root.json"), root);
  const client = (origin: string) =>
    new Updater({
      metadataDir: folder,
      metadataBaseUrl: origin,
      targetDir,
      targetBaseUrl: `${origin}/targets`,
      config: { fetchRetries: 0 },
    });
  return { folder, client };
}
