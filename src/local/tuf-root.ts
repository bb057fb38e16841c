import { createPrivateKey, createPublicKey } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { documentsIn, initRoot, rotateRoot, signFile } from "../cli/work/root-folder.ts";
import { encodeHex, equalBytes } from "../domain/bytes.ts";
import { kidOf } from "../domain/license/keyset.ts";
import { keyIdOf } from "../domain/trust/signer.ts";
import { tufBytes } from "../domain/tuf/canonical.ts";
import type { Root } from "../domain/tuf/metadata.ts";
import { ONLINE_KEYS } from "../domain/tuf/roles.ts";
import { LaunchError } from "./data-folder.ts";

const DAY = 86_400;
/** Documents that end sooner get their successors at this start. */
const SOON = 14 * DAY;

export interface LocalRoot {
  /** Private halves by the name of their Worker secret. */
  readonly vars: Readonly<Record<string, string>>;
  /** Uploads what the marketplace does not have, by the calls an operator makes. */
  publish(origin: string, operatorToken: string): Promise<void>;
}

/**
 * The demo's own update root below `<data>/root`, signed by keys that all lie there. Deployed, three people keep them apart
 * from the marketplace and from one another (`rbsm root`).
 */
export async function openLocalRoot(
  root: string,
  others: Root["x-rbsm-keys"] = { receipt: [], lease: [], log: [] },
): Promise<LocalRoot> {
  const folder = path.join(root, "root");
  const now = Math.floor(Date.now() / 1000);
  const newest = (await documentsIn(folder, "root")).at(-1);
  const signed =
    newest === undefined ? null : (JSON.parse(await readFile(newest.file, "utf8")) as { signed: Root }).signed;
  const expires = signed?.expires ?? null;
  const isNamed = signed !== null && equalBytes(tufBytes(signed["x-rbsm-keys"]), tufBytes(others));
  if (expires === null || !isNamed || Date.parse(expires) / 1000 < now + SOON) {
    const drafted =
      expires === null ? await initRoot(folder, now, others) : await rotateRoot(folder, now, null, others);
    if (!drafted.ok) throw new LaunchError(drafted.problem.message);
    for (const kind of ["root", "targets"] as const)
      for (const key of await keyFiles(folder, kind)) {
        const signed = await signFile(drafted.value[kind].file, key);
        if (!signed.ok) throw new LaunchError(signed.problem.message);
      }
  }
  const vars: Record<string, string> = {};
  for (const key of ONLINE_KEYS) {
    const [file = ""] = await keyFiles(folder, key);
    vars[`TUF_${key.toUpperCase()}_PKCS8`] = await readFile(file, "utf8");
  }
  return { vars, publish: (origin, token) => publishAll(folder, origin, token) };
}

/** The keys of receipts and leases as the root names them. */
export async function namedKeys(secrets: {
  readonly RECEIPT_KEY_PKCS8: string;
  readonly LEASE_KEY_PKCS8: string;
}): Promise<Root["x-rbsm-keys"]> {
  const [receipt, lease] = [secrets.RECEIPT_KEY_PKCS8, secrets.LEASE_KEY_PKCS8].map((pkcs8) => {
    const der = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
    const { x = "" } = createPublicKey(der).export({ format: "jwk" });
    return new Uint8Array(Buffer.from(x, "base64url"));
  }) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  return {
    receipt: [{ keyId: await keyIdOf(receipt), publicKey: encodeHex(receipt) }],
    lease: [{ keyId: await kidOf("lease", lease), publicKey: encodeHex(lease) }],
    log: [],
  };
}

async function publishAll(folder: string, origin: string, token: string): Promise<void> {
  for (const kind of ["root", "targets"] as const)
    for (const { version, file } of await documentsIn(folder, kind)) {
      const there = await fetch(`${origin}/tuf/${version}.${kind}.json`);
      await there.body?.cancel();
      if (there.status === 200) continue;
      const response = await fetch(`${origin}/v1/desk/tuf/${kind}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ document: await readFile(file, "utf8") }),
      });
      if (!response.ok) throw new LaunchError(`The update root was refused: ${await response.text()}`);
      await response.body?.cancel();
    }
}

async function keyFiles(folder: string, role: string): Promise<string[]> {
  const names = await readdir(path.join(folder, "private"));
  return names.filter((name) => name.startsWith(`${role}-`)).map((name) => path.join(folder, "private", name));
}
