import { findTokens, hashToken, parseToken } from "../../../domain/account/token.ts";
import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import type { CheckOutcome } from "../../../domain/release/checks.ts";
import { findSecrets } from "../../../domain/release/findings/secrets.ts";
import { toldBy } from "../../../domain/release/findings/told.ts";
import { unixSeconds } from "../../../domain/time.ts";
import type { World } from "../../ports.ts";
import type { ReleaseWork } from "../ports.ts";
import { textsOf } from "./read-bundle.ts";

type Needs = Pick<World, "accounts" | "pipeline" | "mail" | "clock">;

/**
 * Secrets in a bundle: a confirmed one refuses, a suspected one is for people. A token of ours is in strangers' hands by
 * now: it ends at once, and the publisher's owners are told.
 */
export async function checkSecrets(world: Needs, work: ReleaseWork, bundle: OpenedBundle): Promise<CheckOutcome> {
  const texts = textsOf(bundle);
  const found = texts.flatMap((file) => findSecrets(file));
  const tokens = new Set(texts.flatMap(({ text }) => findTokens(text)));
  await endTokens(world, work, [...tokens]);
  const findings = found.map(({ finding }) => toldBy("secrets", finding));
  if (findings.length === 0) return { result: "clean", findings };
  return { result: "dirty", findings, rejects: findings.some(({ severity }) => severity === "error") };
}

async function endTokens(world: Needs, work: ReleaseWork, texts: readonly string[]): Promise<void> {
  let ended = 0;
  for (const text of texts) {
    const token = parseToken(text);
    if (token === null) continue;
    ended++;
    await world.accounts.revokeToken(await hashToken(token), unixSeconds(world.clock.now()), {
      actorKind: "system",
      actorId: "checks",
      action: "token.revoked_in_bundle",
      subjectKind: "token",
    });
  }
  if (ended === 0) return;
  for (const to of await world.pipeline.ownersOf(work.publisherId))
    await world.mail.send({
      to,
      subject: `A token was found inside ${work.name} ${work.version}`,
      body: `The bundle of ${work.name} ${work.version} held a token of this marketplace. The token was revoked and the release refused. Take it out, make a new token and publish again.`,
    });
}
