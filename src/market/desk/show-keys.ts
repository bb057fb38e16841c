import type { SigningKey } from "../../domain/license/keyset.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { KeysetDocument } from "../license/keyset-ports.ts";
import type { World } from "../ports.ts";

/** Every key of the marketplace, and what its rotation still has before it. Times in Unix seconds. */
export interface KeysView {
  readonly now: number;
  /** Hex SHA-256 of the public key; null: none is configured. */
  readonly receiptKeyId: string | null;
  readonly signing: readonly (SigningKey & {
    /** The private half is here. */
    readonly isHeld: boolean;
    readonly isCurrent: boolean;
  })[];
  readonly documents: readonly KeysetDocument[];
  readonly peppers: readonly { readonly version: number; readonly count: number }[];
  /** Roles of the update repository; empty: it was not founded. */
  readonly roles: readonly TufRole[];
}
export interface TufRole {
  readonly name: string;
  readonly version: number;
  readonly endsAt: number;
  readonly signatures: number;
}

const ROLES = ["timestamp", "snapshot", "targets", "root"] as const;

export async function showKeys(
  world: Pick<World, "receiptSigner" | "keysets" | "licenseSigners" | "desk" | "tuf" | "clock">,
): Promise<KeysView> {
  const now = unixSeconds(world.clock.now());
  const [keys, held, documents, peppers, receiptKeyId, roles] = await Promise.all([
    world.keysets.keys(now),
    world.licenseSigners.held(),
    world.keysets.newest(),
    world.desk.pepperUse(),
    world.receiptSigner.keyId().catch(() => null),
    rolesOf(world),
  ]);
  const kids = new Set(held.map(({ kid }) => kid));
  const signing = keys.map((key) => ({
    ...key,
    isHeld: kids.has(key.kid),
    isCurrent: key.signFrom <= now && now < key.signUntil && key.revokedFrom === null,
  }));
  return { now, receiptKeyId, signing, documents, peppers, roles };
}

/** The chain from the timestamp up: each names the version of the next. */
async function rolesOf({ tuf }: Pick<World, "tuf">): Promise<readonly TufRole[]> {
  const roles: TufRole[] = [];
  let [timestamp, snapshot] = [await read(tuf, "timestamp.json"), null as Document | null];
  for (const name of ROLES) {
    if (name === "timestamp" && timestamp === null) return [];
    const version =
      name === "timestamp"
        ? null
        : name === "snapshot"
          ? versionIn(timestamp, "snapshot.json")
          : name === "root"
            ? await newestRoot(tuf)
            : versionIn(snapshot, `${name}.json`);
    const document =
      name === "timestamp" ? timestamp : version === null ? null : await read(tuf, `${version}.${name}.json`);
    if (name === "snapshot") snapshot = document;
    if (document !== null)
      roles.push({
        name,
        version: document.signed.version,
        endsAt: unixSeconds(Date.parse(document.signed.expires)),
        signatures: document.signatures.length,
      });
  }
  return roles;
}

interface Document {
  readonly signed: {
    readonly version: number;
    readonly expires: string;
    readonly meta?: { readonly [file: string]: { readonly version: number } };
  };
  readonly signatures: readonly unknown[];
}

async function read(tuf: World["tuf"], name: string): Promise<Document | null> {
  const bytes = await tuf.metadata(name);
  return bytes === null ? null : (JSON.parse(new TextDecoder().decode(bytes)) as Document);
}

function versionIn(document: Document | null, file: string): number | null {
  return document?.signed.meta?.[file]?.version ?? null;
}

/** Roots are looked for one after the other, as every client does. */
async function newestRoot(tuf: World["tuf"]): Promise<number | null> {
  let version = 0;
  while (version < 1000 && (await tuf.metadata(`${version + 1}.root.json`)) !== null) version++;
  return version === 0 ? null : version;
}
