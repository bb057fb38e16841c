import type { World } from "../../market/ports.ts";
import { bundlesOnR2 } from "../bundles.ts";
import { hooksOnD1 } from "../hooks/store.ts";
import { domainsOnD1 } from "../moderation/domains.ts";
import { moderationOnD1 } from "../moderation/moderation.ts";
import { transfersOnD1 } from "../moderation/transfers.ts";
import { installedVersionsOnD1 } from "../resolve/installed-versions.ts";
import { releaseIndexOnD1 } from "../resolve/release-index.ts";
import { listingStatesOnD1 } from "./listing-states.ts";
import { orphansOn } from "./orphans.ts";
import { pipelineOnD1 } from "./pipeline.ts";
import { pluginStatesOnD1 } from "./plugin-states.ts";
import { createReleaseBell } from "./release-bell.ts";
import { sealingsOnD1 } from "./sealings.ts";
import { releaseStatesOnD1 } from "./states.ts";
import { releasesOnD1 } from "./store.ts";

type Publishing = Pick<
  World,
  | "releases"
  | "releaseStates"
  | "listingStates"
  | "sealings"
  | "pipeline"
  | "pluginStates"
  | "moderation"
  | "transfers"
  | "domains"
  | "hooks"
  | "bundles"
  | "orphans"
  | "releaseBell"
  | "releaseIndex"
  | "installedVersions"
>;

/** Everything about releases on their way: rows on D1, bytes on R2, a bell on the queue. */
export function openPublishing(
  db: D1Database,
  bucket: R2Bucket,
  queue: Queue<{ readonly releaseId: string }>,
): Publishing {
  return {
    bundles: bundlesOnR2(bucket),
    orphans: orphansOn(db, bucket),
    releaseBell: createReleaseBell(queue),
    releaseIndex: releaseIndexOnD1(db),
    installedVersions: installedVersionsOnD1(db),
    releases: releasesOnD1(db),
    releaseStates: releaseStatesOnD1(db),
    listingStates: listingStatesOnD1(db),
    sealings: sealingsOnD1(db),
    pipeline: pipelineOnD1(db),
    pluginStates: pluginStatesOnD1(db),
    moderation: moderationOnD1(db),
    transfers: transfersOnD1(db),
    domains: domainsOnD1(db),
    hooks: hooksOnD1(db),
  };
}
