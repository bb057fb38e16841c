import type { World } from "../../market/ports.ts";
import { hooksOnD1 } from "../hooks/store.ts";
import { domainsOnD1 } from "../moderation/domains.ts";
import { moderationOnD1 } from "../moderation/moderation.ts";
import { transfersOnD1 } from "../moderation/transfers.ts";
import { listingStatesOnD1 } from "./listing-states.ts";
import { pipelineOnD1 } from "./pipeline.ts";
import { pluginStatesOnD1 } from "./plugin-states.ts";
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
>;

/** Everything about releases on their way, on D1. */
export function openPublishing(db: D1Database): Publishing {
  return {
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
