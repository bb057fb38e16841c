import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import type { Json } from "../../../domain/json/json.ts";
import { parseManifest } from "../../../domain/manifest/manifest.ts";
import { GROWTH_REFUSED_SECONDS } from "../../../domain/release/blocks.ts";
import { type CheckOutcome, forPeople, forRefusal, UNKNOWN } from "../../../domain/release/checks.ts";
import type { FindingRule } from "../../../domain/release/findings/rules.ts";
import { serverFindings } from "../../../domain/release/findings/server.ts";
import { toldBy, toldOf } from "../../../domain/release/findings/told.ts";
import { codeFindings } from "../../../domain/release/inspect/code.ts";
import { growthOf, isSuddenGrowth } from "../../../domain/release/inspect/growth.ts";
import { missingLicenseTexts } from "../../../domain/release/inspect/license-text.ts";
import { decodesPng } from "../../../domain/release/inspect/png.ts";
import type { Surroundings } from "../pipeline-ports.ts";
import { serverOf, textsOf } from "./read-bundle.ts";

const OF_USE: ReadonlySet<FindingRule> = new Set([
  "permission_undeclared",
  "permission_maybe_undeclared",
  "permission_unused",
]);
const OF_ADDRESSES: ReadonlySet<FindingRule> = new Set(["egress_undeclared", "egress_insecure"]);
const MAX_SHOWN = 20;

/** Permissions harvested from the code: used but undeclared refuses, declared but unused is told. */
export function checkUse({ manifest, ...bundle }: OpenedBundle): CheckOutcome {
  const server = serverOf({ manifest, ...bundle });
  const found = serverFindings(manifest, server).filter(({ rule }) => OF_USE.has(rule));
  return forRefusal(found.map((one) => toldBy("use", one)));
}

/** Code made at run time, packed data, addresses beyond egress, looks around the platform, disguise. */
export function checkCode(bundle: OpenedBundle): CheckOutcome {
  const server = serverOf(bundle);
  if (server === null) return { result: "clean", findings: [] };
  const addresses = serverFindings(bundle.manifest, server).filter(({ rule }) => OF_ADDRESSES.has(rule));
  return forPeople([...codeFindings(server), ...addresses].map((one) => toldBy("code", one)));
}

/** More authority than the release before it; refused while a plugin is new to its hands. `now` in Unix seconds. */
export function checkGrowth({ manifest }: OpenedBundle, around: Surroundings | null, now: number): CheckOutcome {
  if (around === null) return UNKNOWN;
  if (around.previous === null) return { result: "clean", findings: [] };
  const value: Json = JSON.parse(around.previous.manifest);
  const before = parseManifest(value);
  if (!before.ok) return UNKNOWN;
  const grown = growthOf(before.value, manifest).slice(0, MAX_SHOWN);
  const { version } = around.previous;
  const outcome = forPeople(
    grown.map((what) => toldOf("capabilities", "capability_growth", `Unlike ${version} it ${what}.`, "manifest.json")),
  );
  const isNewHands = around.transferredAt !== null && around.transferredAt > now - GROWTH_REFUSED_SECONDS;
  return isNewHands && outcome.result === "dirty" ? { ...outcome, rejects: true } : outcome;
}

/** The text of the license that the manifest names. */
export function checkLicense(bundle: OpenedBundle): CheckOutcome {
  const text = textsOf(bundle).find(({ path }) => path === "LICENSE")?.text ?? "";
  const missing = missingLicenseTexts(bundle.manifest.license, text);
  return forPeople(
    missing.map((id) =>
      toldOf("license", "license_text", `LICENSE does not seem to hold the text of ${id}.`, "LICENSE"),
    ),
  );
}

/** Pictures hold the picture they announce. */
export function checkImages(bundle: OpenedBundle): CheckOutcome {
  const pictures = bundle.entries.filter(({ path }) => path.endsWith(".png"));
  const broken = pictures.filter(({ path }) => {
    const bytes = bundle.file(path);
    return bytes !== null && !decodesPng(bytes);
  });
  return forPeople(
    broken
      .slice(0, MAX_SHOWN)
      .map(({ path }) => toldOf("images", "image_undecodable", "The picture does not unpack.", path)),
  );
}

/** Suddenly much larger than the release before it. */
export function checkSize({ size }: OpenedBundle, around: Surroundings | null): CheckOutcome {
  if (around === null) return UNKNOWN;
  const before = around.previous;
  if (before === null || !isSuddenGrowth(before.size, size)) return { result: "clean", findings: [] };
  return forPeople([toldOf("size", "size_growth", `It has ${size} bytes, ${before.version} had ${before.size}.`)]);
}
