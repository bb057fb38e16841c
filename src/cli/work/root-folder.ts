import { generateKeyPairSync } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { ok } from "../../domain/result.ts";
import { createSigner } from "../../domain/trust/signer.ts";
import { composeRoot, composeTargets } from "../../domain/tuf/compose.ts";
import {
  ROOT,
  type Root,
  SIGNATURES,
  type Signed,
  TARGETS,
  type Targets,
  type TufKey,
} from "../../domain/tuf/metadata.ts";
import { ONLINE_KEYS, type OnlineKey } from "../../domain/tuf/roles.ts";
import { addSignature, documentBytes, tufKey, tufKeyId } from "../../domain/tuf/sign.ts";
import { onlineRole } from "../../domain/tuf/verify-document.ts";
import { conflict, misuse, type Outcome } from "../problem.ts";
import { configFolder, type Env } from "./config.ts";
import { writeWhole } from "./project-files.ts";
import { openSigner, writeSecret } from "./secret-files.ts";

export type KeyRole = "root" | "targets" | OnlineKey;
/** A new key: where its private half lies, and for an online one the name of the Worker secret. */
export interface MadeTufKey {
  readonly role: KeyRole;
  readonly keyId: string;
  readonly file: string;
  readonly secret: string | null;
  readonly key: TufKey;
}
export interface Drafted {
  readonly root: { readonly version: number; readonly file: string };
  readonly targets: { readonly version: number; readonly file: string };
  readonly made: readonly MadeTufKey[];
}
/** The newest documents of a folder, signed or not. */
export interface Ceremony {
  readonly root: Signed<Root>;
  readonly targets: Signed<Targets>;
}

const PEOPLE = 3;
const OFFLINE = ["root", "targets"] as const;
const SHORT_ID = 16;

export function rootFolder(env: Env, chosen: string | undefined): string {
  return path.resolve(chosen ?? path.join(configFolder(env), "root"));
}

/** Keys of three people for each offline role, the four online keys, and the first two documents, unsigned. */
export async function initRoot(folder: string, now: number, others: Root["x-rbsm-keys"]): Promise<Outcome<Drafted>> {
  if ((await readCeremony(folder)).ok)
    return { ok: false, problem: conflict("root_exists", `${folder} holds a root already.`) };
  await mkdir(path.join(folder, "private"), { recursive: true, mode: 0o700 });
  const made: MadeTufKey[] = [];
  for (const role of OFFLINE) for (let person = 0; person < PEOPLE; person++) made.push(await makeKey(folder, role));
  for (const role of ONLINE_KEYS) made.push(await makeKey(folder, role));
  const keys = (role: KeyRole) => made.filter((one) => one.role === role).map(({ key }) => key);
  return ok(await draft(folder, { root: 1, targets: 1 }, now, keys, others, made));
}

/**
 * The next two documents, unsigned; a key named by the beginning of its id is replaced by a new one. `others`: the keys that
 * are no roles; null keeps those of the root before.
 */
export async function rotateRoot(
  folder: string,
  now: number,
  replaced: string | null,
  others: Root["x-rbsm-keys"] | null = null,
): Promise<Outcome<Drafted>> {
  const before = await readCeremony(folder);
  if (!before.ok) return before;
  const { root, targets } = before.value;
  const made: MadeTufKey[] = [];
  const held = new Map<KeyRole, TufKey[]>();
  for (const role of [...OFFLINE, ...ONLINE_KEYS]) {
    const known = { ...root.signed.keys, ...targets.signed.delegations?.keys };
    const keys: TufKey[] = [];
    for (const id of idsOf(role, root.signed, targets.signed)) {
      const isOut = replaced !== null && id.startsWith(replaced);
      if (isOut) made.push(await makeKey(folder, role));
      const key = isOut ? made.at(-1)?.key : known[id];
      if (key !== undefined) keys.push(key);
    }
    held.set(role, keys);
  }
  if (replaced !== null && made.length !== 1)
    return { ok: false, problem: misuse("key_unknown", `${replaced} does not begin the id of exactly one key here.`) };
  const versions = { root: root.signed.version + 1, targets: targets.signed.version + 1 };
  return ok(
    await draft(folder, versions, now, (role) => held.get(role) ?? [], others ?? root.signed["x-rbsm-keys"], made),
  );
}

/** Adds one person's signature to a document; whether it counts is judged by the root. */
export async function signFile(
  file: string,
  keyFile: string,
): Promise<Outcome<{ readonly keyId: string; readonly signatures: number }>> {
  const document = await readDocument(file, z.union([ROOT, TARGETS]));
  if (!document.ok) return document;
  const signer = await openSigner(keyFile);
  if (!signer.ok) return signer;
  const keyId = await tufKeyId(tufKey(await signer.value.publicKey()));
  const signed = await addSignature(document.value, signer.value);
  await writeWhole(file, documentBytes(signed));
  return ok({ keyId, signatures: signed.signatures.length });
}

/** Every document of a kind, oldest first. */
export async function documentsIn(
  folder: string,
  kind: "root" | "targets",
): Promise<{ version: number; file: string }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const match = /^([1-9]\d{0,9})\.(root|targets)\.json$/.exec(name);
      return match?.[2] === kind ? [{ version: Number(match[1]), file: path.join(folder, name) }] : [];
    })
    .sort((a, b) => a.version - b.version);
}

export async function readCeremony(folder: string): Promise<Outcome<Ceremony>> {
  const [root, targets] = [(await documentsIn(folder, "root")).at(-1), (await documentsIn(folder, "targets")).at(-1)];
  if (root === undefined || targets === undefined)
    return { ok: false, problem: misuse("root_missing", `${folder} holds no root.`, "Run rbsm root init.") };
  const [first, second] = [await readDocument(root.file, ROOT), await readDocument(targets.file, TARGETS)];
  if (!first.ok) return first;
  return second.ok ? ok({ root: first.value, targets: second.value }) : second;
}

async function draft(
  folder: string,
  versions: { readonly root: number; readonly targets: number },
  now: number,
  keys: (role: KeyRole) => readonly TufKey[],
  others: Root["x-rbsm-keys"],
  made: readonly MadeTufKey[],
): Promise<Drafted> {
  const one = (role: OnlineKey): TufKey => keys(role)[0] as TufKey;
  const root = await composeRoot({
    version: versions.root,
    now,
    root: keys("root"),
    targets: keys("targets"),
    snapshot: one("snapshot"),
    timestamp: one("timestamp"),
    others,
  });
  const targets = await composeTargets(versions.targets, now, { revocations: one("revocations"), bins: one("bins") });
  const files = {
    root: path.join(folder, `${versions.root}.root.json`),
    targets: path.join(folder, `${versions.targets}.targets.json`),
  };
  await writeWhole(files.root, documentBytes({ signatures: [], signed: root }));
  await writeWhole(files.targets, documentBytes({ signatures: [], signed: targets }));
  return {
    root: { version: versions.root, file: files.root },
    targets: { version: versions.targets, file: files.targets },
    made,
  };
}

function idsOf(role: KeyRole, root: Root, targets: Targets): readonly string[] {
  if (role === "root" || role === "targets") return root.roles[role].keyids;
  return onlineRole(role, root, targets)?.keyids ?? [];
}

async function makeKey(folder: string, role: KeyRole): Promise<MadeTufKey> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  const signer = createSigner(der);
  if (signer === null) throw new Error("no key was made");
  const key = tufKey(await signer.publicKey());
  const keyId = await tufKeyId(key);
  const isOffline = role === "root" || role === "targets";
  const secret = isOffline ? null : `TUF_${role.toUpperCase()}_PKCS8`;
  const name = `${role}-${keyId.slice(0, SHORT_ID)}`;
  const file = path.join(folder, "private", isOffline ? `${name}.pem` : name);
  await writeSecret(
    file,
    isOffline ? privateKey.export({ type: "pkcs8", format: "pem" }).toString() : der.toString("base64"),
  );
  return { role, keyId, file, secret, key };
}

async function readDocument<T>(file: string, schema: z.ZodType<T>): Promise<Outcome<Signed<T>>> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { ok: false, problem: misuse("document_missing", `${file} cannot be read.`) };
  try {
    const parsed = z.strictObject({ signatures: SIGNATURES, signed: schema }).safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data as Signed<T>);
  } catch {
    // told below
  }
  return { ok: false, problem: misuse("document_invalid", `${file} is no document of an update repository.`) };
}
