import type { PublishAuthority } from "../../domain/release/authority.ts";
import type { World } from "../ports.ts";

export interface ActingPublisher {
  readonly publisherId: string;
  /** Owners and maintainers publish; developers stage. */
  readonly mayPublish: boolean;
}

/** The publisher a manifest names, if the caller may upload for it; null otherwise. */
export async function actingPublisher(
  world: Pick<World, "releases" | "catalogue">,
  authority: PublishAuthority,
  handle: string,
): Promise<ActingPublisher | null> {
  if (authority.onlyPublisherId !== null) {
    const publisher = await world.releases.publisher(handle);
    return publisher?.id === authority.onlyPublisherId ? { publisherId: publisher.id, mayPublish: false } : null;
  }
  const memberships = await world.catalogue.memberships(authority.actor.id);
  const membership = memberships.find((candidate) => candidate.handle === handle);
  if (membership === undefined) return null;
  const { publisherId, role } = membership;
  const mayPublish = role === "owner" || role === "maintainer";
  return mayPublish || role === "developer" ? { publisherId, mayPublish } : null;
}

/** Is this publisher the caller's, in whatever role? */
export async function standsFor(
  world: Pick<World, "catalogue">,
  authority: PublishAuthority,
  publisherId: string,
): Promise<boolean> {
  if (authority.onlyPublisherId !== null) return authority.onlyPublisherId === publisherId;
  const memberships = await world.catalogue.memberships(authority.actor.id);
  return memberships.some((membership) => membership.publisherId === publisherId);
}
