import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { type OpenedBundle, openBundle } from "../../domain/bundle/open.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { buildStatement } from "../../domain/trust/statement.ts";
import type { World } from "../ports.ts";
import type { ReleaseView } from "../publish/show-release.ts";
import { uploadRelease } from "../publish/upload-release.ts";

type Stored = Pick<ReleaseView, "sha256" | "name">;

/** What a maintainer signs for a release that came without a statement: about the stored bytes, at the chain's present head. */
export async function prepareStatement(
  world: Pick<World, "releases" | "bundles" | "site" | "clock">,
  release: Stored,
  keyId: string,
): Promise<Result<JsonObject, Problem<"blob_unavailable" | "release_not_found">>> {
  const [bundle, { plugin }] = await Promise.all([
    openStored(world, release.sha256),
    world.releases.intake(release.name, "", null, unixSeconds(world.clock.now())),
  ]);
  if (bundle === null) return refuse({ reason: "blob_unavailable" });
  if (plugin === null) return refuse({ reason: "release_not_found" });
  const head = { sequence: plugin.headSequence, statementSha256: plugin.headStatementSha256 };
  return ok(buildStatement(bundle, world.site.marketplace, head, keyId));
}

/** The signature of a release that waits for one: the same as uploading the very bytes again, with it. */
export async function handInStatement(
  world: Parameters<typeof uploadRelease>[0],
  principal: AccountPrincipal,
  release: Stored,
  statement: string,
): Promise<Result<unknown, Problem<Reason>>> {
  const bundle = await openStored(world, release.sha256);
  if (bundle === null) return refuse({ reason: "blob_unavailable" });
  return uploadRelease(world, principal, { bundle: bundle.bytes, statement, form: {} });
}

async function openStored(world: Pick<World, "bundles">, sha256: string): Promise<OpenedBundle | null> {
  try {
    const bytes = await world.bundles.get("bundle", sha256);
    const opened = bytes === null ? null : await openBundle(bytes, { expectedSha256: sha256 });
    return opened?.ok ? opened.value : null;
  } catch {
    return null;
  }
}
