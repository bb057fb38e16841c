import type { Principal } from "../../domain/account/principal.ts";
import { convertLegacy } from "../../domain/bundle/legacy.ts";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { HostForm } from "../../domain/release/listing.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import { bundleProblem } from "./bundle-problem.ts";

/**
 * The canonical bundle of an older host's container, for the publisher the caller acts for: an instance for its own, an
 * account for the one the form names, or the only one it has.
 */
export async function convertUpload(
  world: Pick<World, "catalogue" | "instances">,
  principal: Principal,
  bytes: Uint8Array,
  form: HostForm,
): Promise<Result<OpenedBundle, Problem<Reason>>> {
  const publisher = await publisherOf(world, principal, form);
  if (publisher === null) return refuse({ reason: "metadata_mismatch", facts: { fields: ["publisher"] } });
  const text = (field: string) => (typeof form[field] === "string" && form[field] !== "" ? form[field] : undefined);
  const converted = await convertLegacy(bytes, {
    publisher,
    displayName: text("displayName"),
    description: text("description"),
    category: text("category"),
    trialDays: typeof form.trialDays === "number" ? form.trialDays : undefined,
    pricing: form.pricing,
    changelog: text("changelog"),
    releaseNotes: text("releaseNotes"),
  });
  return converted.ok ? ok(converted.value.bundle) : refuse(bundleProblem(converted.problem));
}

async function publisherOf(
  world: Pick<World, "catalogue" | "instances">,
  principal: Principal,
  form: HostForm,
): Promise<string | null> {
  if (principal.kind === "anonymous") return null;
  if (principal.kind === "instance") return (await world.instances.find(principal.instanceId))?.publisherHandle ?? null;
  if (form.publisher !== undefined) return form.publisher;
  const [only, ...others] = await world.catalogue.memberships(principal.accountId);
  return only !== undefined && others.length === 0 ? only.handle : null;
}
