import { type MarketplaceLicense, projectLicense } from "../../domain/license/projection.ts";
import type { World } from "../ports.ts";
import type { LicenseFacts } from "./ports.ts";

const PURPOSE = "license-key";

/** The row name under which a license's key is sealed: it opens for this license of this instance alone. */
export function sealRow(license: { readonly uuid: string; readonly instanceId: string }): string {
  return `${license.uuid}:${license.instanceId}`;
}

export function sealKey(
  world: Pick<World, "vault">,
  license: { readonly uuid: string; readonly instanceId: string },
  key: string,
): Promise<string> {
  return world.vault.seal(PURPOSE, sealRow(license), key);
}

/** The key in the clear, for host-contract outputs to its own instance only; null once it was erased. */
export function openKey(world: Pick<World, "vault">, { license, key }: LicenseFacts): Promise<string | null> {
  return openSealedKey(world, license, key.sealed);
}

/** The same for any of the license's keys. */
export async function openSealedKey(
  world: Pick<World, "vault">,
  license: { readonly uuid: string; readonly instanceId: string },
  sealed: string | null,
): Promise<string | null> {
  return sealed === null ? null : world.vault.open(PURPOSE, sealRow(license), sealed);
}

/** The license as its instance sees it, with the key. */
export async function presentToInstance(
  world: Pick<World, "vault">,
  facts: LicenseFacts,
  now: number,
): Promise<MarketplaceLicense> {
  return projectLicense(facts.license, await openKey(world, facts), facts.liveSeats, now);
}

/** The license as everybody else who may see it does: without the key. */
export function presentWithoutKey(facts: LicenseFacts, now: number): MarketplaceLicense & { readonly keyHint: string } {
  return { ...projectLicense(facts.license, null, facts.liveSeats, now), keyHint: facts.key.hint };
}
