import { decodeHex } from "../../domain/bytes.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { License } from "../../domain/license/license.ts";
import { deriveState } from "../../domain/license/states.ts";
import { releaseKey } from "../../domain/trust/key-release.ts";
import { readSealKey } from "../../domain/trust/seal-key.ts";
import type { World } from "../ports.ts";
import { CONTENT_KEY_PURPOSE, contentKeyRow, type SealedKey } from "../publish/sealing-ports.ts";

export type ContentKeyClaim = JsonObject & {
  readonly version: string;
  readonly statementSha256: string;
  readonly commitment: string;
  readonly enc: string;
  readonly wrapped: string;
};

/**
 * The content keys of a lease (claim `ck`): of the version held and of the newest release the license covers, wrapped to
 * the key the installation gave. Without such a key nothing is read. Who calls has judged the license ok.
 */
export async function releaseKeys(
  world: Pick<World, "sealings" | "vault" | "site">,
  license: License,
  installation: { readonly installationId: string; readonly version: string; readonly sealKey?: string | null },
  now: number,
): Promise<readonly ContentKeyClaim[]> {
  if (installation.sealKey === null || installation.sealKey === undefined) return [];
  const recipient = readSealKey(JSON.parse(installation.sealKey) as { x: string });
  if (!recipient.ok) return [];
  const keys = await world.sealings.keysFor(license.pluginId, installation.version);
  const covered = keys.filter((key) => key.version === installation.version || isCovered(license, key, now));
  return Promise.all(covered.map((key) => wrap(world, recipient.value, installation.installationId, key)));
}

/** A license that lives on as fallback covers what was out when it ended. */
function isCovered(license: License, key: SealedKey, now: number): boolean {
  if (deriveState(license, now) !== "expired") return true;
  return license.fallbackUntil !== null && key.publishedAt <= license.fallbackUntil;
}

async function wrap(
  world: Pick<World, "vault" | "site">,
  recipient: Uint8Array,
  installationId: string,
  key: SealedKey,
): Promise<ContentKeyClaim> {
  const { name, version, statementSha256, commitment } = key;
  const row = contentKeyRow(name, version, statementSha256);
  const contentKey = decodeHex(await world.vault.open(CONTENT_KEY_PURPOSE, row, key.contentKey));
  if (contentKey === null) throw new Error("a content key is hex");
  const subject = { installationId, marketplace: world.site.marketplace, name, statementSha256, version };
  const released = await releaseKey(recipient, subject, commitment, contentKey);
  if (!released.ok) throw new Error("a checked key was refused");
  return { version, statementSha256, commitment, ...released.value };
}
