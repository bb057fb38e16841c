import { generateKeyPairSync } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { encodeBase64url } from "../../domain/bytes.ts";
import { KEY_PURPOSES, type KeyPurpose, keysetClaims, kidOf, REVOKE_MODES } from "../../domain/license/keyset.ts";
import { addKey, type KeysetPlan } from "../../domain/license/keyset-plan.ts";
import { ok } from "../../domain/result.ts";
import { signJws } from "../../domain/trust/jws.ts";
import { createSigner } from "../../domain/trust/signer.ts";
import { conflict, misuse, type Outcome } from "../problem.ts";
import { configFolder, type Env } from "./config.ts";
import { writeWhole } from "./project-files.ts";
import { openSigner, writeSecret } from "./secret-files.ts";

const PLAN = z.strictObject({
  issuer: z.url(),
  version: z.int().min(0),
  keys: z.array(
    z.strictObject({
      kid: z.string(),
      purpose: z.enum(KEY_PURPOSES),
      x: z.string(),
      signFrom: z.int(),
      signUntil: z.int(),
      verifyUntil: z.int(),
      revokedFrom: z.int().nullable(),
      revokeMode: z.enum(REVOKE_MODES).nullable(),
    }),
  ),
});

/** A new private half: the name of the Worker secret and the file that holds its value. */
export interface MadeKey {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  readonly x: string;
  /** `LICENSE_KEY_<PURPOSE>_<NAME>`. */
  readonly secret: string;
  readonly file: string;
}

export interface MadeRoot {
  readonly kid: string;
  readonly x: string;
  readonly file: string;
}

export function keysetFolder(env: Env, chosen: string | undefined): string {
  return path.resolve(chosen ?? path.join(configFolder(env), "keyset"));
}

/** A folder with a new root, a first key of each purpose and the plan of the first document. Nothing is overwritten. */
export async function initKeyset(
  folder: string,
  issuer: string,
  now: number,
  /** Base64 PKCS#8 of the lease key already in use, to go on with it. */
  leaseKey?: string,
): Promise<Outcome<{ readonly root: MadeRoot; readonly keys: readonly MadeKey[]; readonly plan: KeysetPlan }>> {
  if ((await readPlan(folder)).ok)
    return { ok: false, problem: conflict("keyset_exists", `${folder} holds a key set already.`) };
  await mkdir(path.join(folder, "private"), { recursive: true, mode: 0o700 });
  const root = await makeRoot(folder);
  const keys: MadeKey[] = [];
  let plan: KeysetPlan = { issuer, version: 0, keys: [] };
  for (const purpose of KEY_PURPOSES) {
    const key = await makeKey(folder, purpose, purpose === "lease" ? leaseKey : undefined);
    keys.push(key);
    plan = addKey(plan, { kid: key.kid, purpose, x: key.x }, now);
  }
  await writePlan(folder, plan);
  return ok({ root, keys, plan });
}

/** Another root, for the months in which both sign. */
export async function makeRoot(folder: string): Promise<MadeRoot> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  const signer = createSigner(der);
  if (signer === null) throw new Error("no key was made");
  const publicKey = await signer.publicKey();
  const kid = await kidOf("root", publicKey);
  const file = path.join(folder, `${kid}.pem`);
  await writeSecret(file, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  return { kid, x: encodeBase64url(publicKey), file };
}

export async function makeKey(folder: string, purpose: KeyPurpose, kept?: string): Promise<MadeKey> {
  const der =
    kept === undefined
      ? generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" })
      : Buffer.from(kept, "base64");
  const signer = createSigner(der);
  if (signer === null) throw new Error("a signing key is base64 of PKCS#8 Ed25519");
  const publicKey = await signer.publicKey();
  const kid = await kidOf(purpose, publicKey);
  const secret =
    kept === undefined ? `LICENSE_KEY_${purpose.toUpperCase()}_${kid.slice(2).toUpperCase()}` : "LEASE_KEY_PKCS8";
  const file = path.join(folder, "private", secret);
  await writeSecret(file, der.toString("base64"));
  return { kid, purpose, x: encodeBase64url(publicKey), secret, file };
}

export async function readPlan(folder: string): Promise<Outcome<KeysetPlan>> {
  const text = await readFile(path.join(folder, "keyset.json"), "utf8").catch(() => null);
  if (text === null)
    return { ok: false, problem: misuse("keyset_missing", `${folder} holds no key set.`, "Run rbsm keyset init.") };
  const parsed = PLAN.safeParse(JSON.parse(text));
  return parsed.success
    ? ok(parsed.data)
    : { ok: false, problem: conflict("keyset_damaged", `${folder}/keyset.json does not read as a key set.`) };
}

export async function writePlan(folder: string, plan: KeysetPlan): Promise<void> {
  await writeWhole(path.join(folder, "keyset.json"), `${JSON.stringify(plan, null, 2)}\n`);
}

/**
 * Signs the plan as the next version, once with every root in the folder or with the files named. The documents lie beside
 * the plan and are public; only then does the plan count the version.
 */
export async function signKeyset(
  folder: string,
  rootFiles: readonly string[],
  now: number,
): Promise<Outcome<{ readonly version: number; readonly documents: readonly SignedDocument[] }>> {
  const plan = await readPlan(folder);
  if (!plan.ok) return plan;
  const files = rootFiles.length > 0 ? rootFiles : await rootsIn(folder);
  if (files.length === 0)
    return { ok: false, problem: misuse("root_missing", "No root key was found.", "Name one with --root.") };
  const version = plan.value.version + 1;
  const claims = keysetClaims({ issuer: plan.value.issuer, version, issuedAt: now, keys: plan.value.keys });
  await mkdir(path.join(folder, "documents"), { recursive: true });
  const documents: SignedDocument[] = [];
  for (const file of files) {
    const signer = await openSigner(file, (bytes) => kidOf("root", bytes));
    if (!signer.ok) return signer;
    const rootKid = await signer.value.keyId();
    const document = await signJws(claims, signer.value);
    const written = path.join(folder, "documents", `${version}.${rootKid}.jws`);
    await writeWhole(written, document);
    documents.push({ rootKid, file: written, document });
  }
  await writePlan(folder, { ...plan.value, version });
  return ok({ version, documents });
}

export interface SignedDocument {
  readonly rootKid: string;
  readonly file: string;
  readonly document: string;
}

/** The documents of the newest version that was signed here. */
export async function newestDocuments(folder: string): Promise<Outcome<readonly SignedDocument[]>> {
  const plan = await readPlan(folder);
  if (!plan.ok) return plan;
  const names = await readdir(path.join(folder, "documents")).catch(() => []);
  const newest = names.filter((name) => name.startsWith(`${plan.value.version}.`) && name.endsWith(".jws")).sort();
  if (newest.length === 0)
    return { ok: false, problem: misuse("document_missing", "Nothing was signed yet.", "Run rbsm keyset sign.") };
  return ok(
    await Promise.all(
      newest.map(async (name) => ({
        rootKid: name.slice(name.indexOf(".") + 1, -".jws".length),
        file: path.join(folder, "documents", name),
        document: await readFile(path.join(folder, "documents", name), "utf8"),
      })),
    ),
  );
}

async function rootsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^r-[0-9a-f]{16}\.pem$/.test(name)).map((name) => path.join(folder, name));
}
