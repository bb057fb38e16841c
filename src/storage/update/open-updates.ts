import type { AdvisoryPorts } from "../../market/advisory/ports.ts";
import type { ReleaseRevocationPorts } from "../../market/advisory/revocation-ports.ts";
import type { UpdatePorts } from "../../market/update/ports.ts";
import type { RolloutPorts } from "../../market/update/rollout-ports.ts";
import { createAdvisoryStore } from "../advisory/advisory-store.ts";
import { openRevocationSigner } from "../advisory/issue-list.ts";
import { createReleaseRevocationStore } from "../advisory/revocation-store.ts";
import { createRolloutStore } from "./rollout-store.ts";
import { updateIndexOnD1 } from "./update-index.ts";

/** Updates, rollouts, advisories and the revocation list on their real stores. */
export function openUpdates(
  env: { readonly DB: D1Database; readonly TUF_REVOCATIONS_PKCS8?: string | undefined },
  marketplace: string,
): UpdatePorts & RolloutPorts & AdvisoryPorts & ReleaseRevocationPorts {
  return {
    updateIndex: updateIndexOnD1(env.DB),
    rollouts: createRolloutStore(env.DB),
    advisories: createAdvisoryStore(env.DB),
    releaseRevocations: createReleaseRevocationStore(env.DB, openRevocationSigner(env), marketplace),
  };
}
