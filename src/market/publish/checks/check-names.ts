import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import { type CheckOutcome, forPeople, UNKNOWN } from "../../../domain/release/checks.ts";
import { toldOf } from "../../../domain/release/findings/told.ts";
import { bitsApart, ICON_BITS, isSlipAway, skeletonOf } from "../../../domain/release/inspect/look-alike.ts";
import { decodePng, pictureHash } from "../../../domain/release/inspect/png.ts";
import { vendorIn } from "../../../domain/release/reserved-names.ts";
import type { World } from "../../ports.ts";
import type { Surroundings } from "../pipeline-ports.ts";

/** Could name, display name or icon be taken for another publisher's plugin (README, Names)? People decide. */
export async function checkNames(
  world: Pick<World, "pipeline">,
  bundle: OpenedBundle,
  around: Surroundings | null,
): Promise<CheckOutcome> {
  if (around === null) return UNKNOWN;
  const { manifest } = bundle;
  const look = {
    skeleton: skeletonOf(manifest.name),
    displaySkeleton: skeletonOf(manifest.displayName),
    iconHash: iconHashOf(bundle),
  };
  const { isKnown, others } = await world.pipeline.compareLooks(around.pluginId, look);
  if (isKnown) return forPeople([]);
  const findings = others.flatMap((other) => {
    const isNear = (own: string, theirs: string) => own === theirs || (other.isWellKnown && isSlipAway(own, theirs));
    const isSameIcon =
      look.iconHash !== null && other.iconHash !== null && bitsApart(look.iconHash, other.iconHash) <= ICON_BITS;
    return [
      ...(isNear(look.skeleton, other.skeleton)
        ? [toldOf("names", "name_look_alike", `“${manifest.name}” looks like “${other.name}”.`)]
        : []),
      ...(isNear(look.displaySkeleton, other.displaySkeleton)
        ? [
            toldOf(
              "names",
              "display_name_look_alike",
              `“${manifest.displayName}” looks like the name of “${other.name}”.`,
            ),
          ]
        : []),
      ...(isSameIcon
        ? [toldOf("names", "icon_look_alike", `The icon looks like that of “${other.name}”.`, "icons/icon.png")]
        : []),
    ];
  });
  const vendor = vendorIn(manifest.name, around.provenDomain) ?? vendorIn(manifest.displayName, around.provenDomain);
  if (vendor !== null)
    findings.unshift(
      toldOf("names", "name_look_alike", `It bears the name of ${vendor}, and no domain of theirs is proven.`),
    );
  return forPeople(findings.slice(0, 20));
}

/** Null: no icon, or one that shows nothing to compare. */
function iconHashOf(bundle: OpenedBundle): string | null {
  const path = bundle.manifest.icon;
  const bytes = path === undefined ? null : bundle.file(path);
  const picture = bytes === null ? null : decodePng(bytes);
  if (picture === null || picture === "undecodable") return null;
  const hash = pictureHash(picture);
  return /^0{16}$/.test(hash) ? null : hash;
}
