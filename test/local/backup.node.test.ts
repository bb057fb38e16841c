import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Response } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKeys, takeBackup } from "../../src/local/backup.ts";
import { type Backup, objectFile, readBackup } from "../../src/local/backup-format.ts";
import { restoreBackup, restoreKeys } from "../../src/local/backup-restore.ts";
import { openLocalStores } from "../../src/local/backup-stores.ts";
import { openSecrets } from "../../src/local/data-folder.ts";
import { type LocalRoot, openLocalRoot } from "../../src/local/tuf-root.ts";
import { openMiniflare, workerOptions } from "../../src/local/worker-options.ts";
import { ownPlugin } from "../bundles.ts";
import { trustFolder } from "../domain/tuf/repository.ts";
import { FrontDoor, type PublisherHands } from "../front-door.ts";

const PASSPHRASE = "correct horse battery staple";
const OFFLINE = { outboundService: () => new Response(null, { status: 599 }) };
let folder = "";
let data = "";
let out = "";
let root: LocalRoot;
let secrets: Awaited<ReturnType<typeof openSecrets>>;

const stateOf = (place: string) => path.join(place, "state/v3");

/** Marketplace and sandbox on a data folder, in one process. */
async function start(place: string) {
  const bindings = { ...secrets, ...root.vars, PUBLIC_ORIGIN: "http://localhost:8787", LOCAL_ORIGINS: "" };
  const direct = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }], assets: undefined, bindings, ...OFFLINE };
  const miniflare = openMiniflare({
    resourcePersistencePath: stateOf(place),
    workers: [workerOptions("marketplace", direct), workerOptions("sandbox", OFFLINE)],
  });
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("marketplace");
  const worker = await miniflare.getWorker("marketplace");
  const timestamp = async () => {
    const answer = await fetch(`${origin}/tuf/timestamp.json`);
    return ((await answer.json()) as { signed: { version: number } }).signed.version;
  };
  return {
    origin,
    timestamp,
    /** The cron's minute; true when the update repository has taken everything in. */
    sweep: () => worker.scheduled({ cron: "* * * * *" }),
    stop: () => miniflare.dispose(),
  };
}
type Running = Awaited<ReturnType<typeof start>>;

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it never came");
}

async function publish(running: Running, operator: string, publisher: PublisherHands, version: string): Promise<void> {
  const door = new FrontDoor(running.origin, fetch);
  door.operator = operator;
  await door.publish(
    publisher,
    await ownPlugin({ publisher: "acme", name: "hello", version, note: `${running.origin} ${version}` }),
  );
}

interface Release {
  readonly version: string;
  readonly publication: number;
  readonly previous: string | null;
  readonly sha256: string;
}

/** Receipts in the order of their numbers. */
async function receiptsOf(running: Running): Promise<Release[]> {
  const found = (await (await fetch(`${running.origin}/v1/plugins/by-name/hello`)).json()) as { id: string };
  const { versions = [], data: rows = versions } = (await (
    await fetch(`${running.origin}/v1/plugins/${found.id}/versions`)
  ).json()) as { versions?: { version: string }[]; data?: { version: string }[] };
  const all = await Promise.all(
    rows.map(async ({ version }) => {
      const answer = await fetch(`${running.origin}/v1/plugins/${found.id}/versions/${version}/release`);
      const { receipt } = (await answer.json()) as { receipt: { payload: string } };
      const payload = Buffer.from(receipt.payload, "base64");
      const said = JSON.parse(payload.toString()) as { publication: number; previousReceipt: string | null };
      const sha256 = Buffer.from(await crypto.subtle.digest("SHA-256", payload)).toString("hex");
      return { version, publication: said.publication, previous: said.previousReceipt, sha256 };
    }),
  );
  return all.sort((a, b) => a.publication - b.publication);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-backup-"));
  data = path.join(folder, "data");
  out = path.join(folder, "backup");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("sec-59: a marketplace that was put back", () => {
  it("goes on in front of everything it ever said: receipts, chains, versions of the update repository", {
    timeout: 120_000,
  }, async () => {
    await mkdir(stateOf(data), { recursive: true });
    secrets = await openSecrets(data);
    root = await openLocalRoot(data);
    const empty = await openLocalStores(stateOf(data));
    await empty.migrate();
    await empty.close();

    // Two releases, and a client that follows.
    let running = await start(data);
    const door = new FrontDoor(running.origin, fetch);
    await door.setUp(secrets.SETUP_SECRET);
    const publisher = await door.addPublisher("acme", 3);
    await root.publish(running.origin, door.operator);
    await publish(running, door.operator, publisher, "1.0.0");
    await publish(running, door.operator, publisher, "1.1.0");
    await running.sweep();
    const rootBytes = new Uint8Array(await (await fetch(`${running.origin}/tuf/1.root.json`)).arrayBuffer());
    const { client, folder: trusted } = await trustFolder(rootBytes);
    const follow = async (where: Running) => {
      const updater = client(`${where.origin}/tuf`);
      await updater.refresh();
      const index = await updater.getTargetInfo("index/hello.json");
      return index === undefined ? undefined : index;
    };
    await eventually(() => follow(running));
    const early = await receiptsOf(running);
    expect(early.map(({ publication }) => publication)).toEqual([1, 2]);
    await running.stop();

    const stores = await openLocalStores(stateOf(data));
    const keys = { files: await readKeys(data), passphrase: PASSPHRASE };
    const objects = path.join(stateOf(data), "do");
    const taken = await takeBackup({ stores, out, marketplace: "localhost", objects, keys, now: Date.now() });
    await stores.close();
    expect(taken.objects.some(({ key }) => key.startsWith("b/sha256/"))).toBe(true);
    expect(await readBackup(out)).toEqual(taken);

    // Life goes on: a third release, which the backup does not know and the client sees.
    running = await start(data);
    await publish(running, door.operator, publisher, "1.2.0");
    await running.sweep();
    const before = await eventually(() => follow(running));
    const seen = await receiptsOf(running);
    const seenVersion = await running.timestamp();
    await running.stop();

    // The machine is lost; the backup comes to another one.
    const other = path.join(folder, "other");
    await mkdir(stateOf(other), { recursive: true });
    const place = await openLocalStores(stateOf(other));
    await restoreBackup({ stores: place, from: out, objects: path.join(stateOf(other), "do"), now: Date.now() });
    await expect(restoreBackup({ stores: place, from: out, objects: null, now: Date.now() })).rejects.toThrow(
      /empty place/,
    );
    const [audited] = await place.query<{ count: number }>(
      "SELECT count(*) AS count FROM audit WHERE action = 'marketplace.restored'",
    );
    expect(audited?.count).toBe(1);
    await place.close();
    expect(await restoreKeys(out, other, PASSPHRASE)).toBeGreaterThan(5);
    expect(await readFile(path.join(other, "secrets.json"), "utf8")).toBe(
      await readFile(path.join(data, "secrets.json"), "utf8"),
    );

    running = await start(other);
    expect(await receiptsOf(running)).toEqual(early);
    const bundle = await fetch(
      `${running.origin}/bundles/${taken.objects.find(({ key }) => key.startsWith("b/"))?.sha256}.rbsm`,
    );
    expect([bundle.status, (await bundle.arrayBuffer()).byteLength > 0]).toEqual([200, true]);
    await running.sweep();
    const after = await eventually(async () =>
      (await running.timestamp()) > seenVersion ? running.timestamp() : undefined,
    );
    expect(after).toBeGreaterThan(seenVersion);
    // The client that saw more than was restored still follows, and sees what there is now.
    const now = await eventually(async () => {
      const index = await follow(running);
      return index?.hashes.sha256 === before.hashes.sha256 ? undefined : index;
    });
    expect(now.hashes.sha256).not.toBe(before.hashes.sha256);
    await publish(running, door.operator, publisher, "1.2.0");
    const late = await receiptsOf(running);
    const [first, second, third] = late;
    expect([first, second]).toEqual(early);
    expect(third?.previous).toBe(second?.sha256);
    expect(third?.publication).toBeGreaterThan(seen.at(-1)?.publication ?? 0);
    await running.stop();
    await rm(trusted, { recursive: true, force: true });
  });

  it("never came from a backup that is not whole, or was changed", async () => {
    const broken = path.join(folder, "broken");
    const again = async (change: (backup: Backup) => Promise<void>) => {
      await rm(broken, { recursive: true, force: true });
      await cp(out, broken, { recursive: true });
      await change(JSON.parse(await readFile(path.join(broken, "backup.json"), "utf8")) as Backup);
      return readBackup(broken);
    };
    const first = (backup: Backup) => objectFile(broken, backup.objects[0]?.sha256 ?? "");
    await expect(again((backup) => rm(first(backup)))).rejects.toThrow(/missing/);
    await expect(again((backup) => writeFile(first(backup), "other bytes"))).rejects.toThrow(/not what was backed up/);
    await expect(again(() => writeFile(path.join(broken, "database.sql"), "DROP TABLE accounts;"))).rejects.toThrow(
      /not what/,
    );
    await expect(again(() => rm(path.join(broken, "backup.json")))).rejects.toThrow(/never finished/);
    await expect(again(() => writeFile(path.join(broken, "backup.json"), "{}"))).rejects.toThrow(/rbsm-backup\/1/);
    await expect(again(async () => {})).resolves.toMatchObject({ type: "rbsm-backup/1" });
  });

  it("hands its keys to nobody without the passphrase", async () => {
    const sealed = await readFile(path.join(out, "keys.sealed"));
    expect(sealed.includes("LEASE_KEY")).toBe(false);
    await expect(restoreKeys(out, path.join(folder, "thief"), "wrong horse battery staple")).rejects.toThrow(
      /do not open/,
    );
  });
});
