import type { Principal } from "../../domain/account/principal.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { publishAuthority } from "../../domain/release/authority.ts";
import {
  DOMAIN_CHECK_SECONDS,
  DOMAIN_GRACE_SECONDS,
  DOMAIN_NAME,
  DOMAIN_RETRY_SECONDS,
  domainRecord,
  holdsNonce,
} from "../../domain/release/transfers.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { DomainProof } from "./ports.ts";

type Needs = Pick<World, "domains" | "domainLookup" | "catalogue" | "chance" | "clock">;
type Refusal = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "VALIDATION_ERROR" | "state_conflict" | "domain_unproven">;

const NONCE_BYTES = 18;

/** What an owner puts where, so that the publisher is shown as the name of a domain. */
export async function askForDomain(
  world: Needs,
  principal: Principal,
  handle: string,
  domain: string,
): Promise<Result<DomainProof, Refusal>> {
  const owner = await ownerOf(world, principal, handle);
  if (!owner.ok) return owner;
  const name = domain.toLowerCase();
  if (!DOMAIN_NAME.test(name)) {
    const detail = "This is not the name of a domain.";
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/domain", detail }] } });
  }
  const nonce = encodeBase64url(world.chance.bytes(NONCE_BYTES));
  const at = unixSeconds(world.clock.now());
  const { publisherId, accountId } = owner.value;
  if (!(await world.domains.ask(publisherId, name, nonce, accountId, at))) return refuse({ reason: "state_conflict" });
  return found(await world.domains.find(publisherId));
}

/** Looks for the proof now: in the DNS, then in the well-known file. */
export async function proveDomain(
  world: Needs,
  principal: Principal,
  handle: string,
): Promise<Result<DomainProof, Refusal>> {
  const owner = await ownerOf(world, principal, handle);
  if (!owner.ok) return owner;
  const proof = await world.domains.find(owner.value.publisherId);
  if (proof === null) return refuse({ reason: "NOT_FOUND" });
  const at = unixSeconds(world.clock.now());
  const method = await seeProof(world, proof);
  if (method === null) return refuse({ reason: "domain_unproven", facts: { record: domainRecord(proof.nonce) } });
  if (!(await world.domains.verified(proof.publisherId, method, at + DOMAIN_CHECK_SECONDS, at)))
    return refuse({ reason: "state_conflict" });
  return found(await world.domains.find(proof.publisherId));
}

const LOOKED_AT_ONCE = 20;

/** Looks at proven domains again, monthly; one whose proof stays away for fourteen days is shown no more. */
export async function sweepDomains(world: Pick<World, "domains" | "domainLookup" | "clock">): Promise<void> {
  const at = unixSeconds(world.clock.now());
  for (const proof of await world.domains.due(at, LOOKED_AT_ONCE)) {
    const method = await seeProof(world, proof);
    if (method !== null) await world.domains.verified(proof.publisherId, method, at + DOMAIN_CHECK_SECONDS, at);
    else await world.domains.missed(proof.publisherId, at + DOMAIN_RETRY_SECONDS, DOMAIN_GRACE_SECONDS, at);
  }
}

async function seeProof(
  world: Pick<World, "domainLookup">,
  { domain, nonce }: DomainProof,
): Promise<"dns" | "file" | null> {
  const records = await world.domainLookup.txt(domain);
  if (records?.includes(domainRecord(nonce))) return "dns";
  const text = await world.domainLookup.wellKnown(domain);
  return text !== null && holdsNonce(text, nonce) ? "file" : null;
}

async function ownerOf(
  world: Pick<World, "catalogue">,
  principal: Principal,
  handle: string,
): Promise<Result<{ readonly publisherId: string; readonly accountId: string }, Refusal>> {
  if (principal.kind !== "account") return refuse({ reason: "NOT_FOUND" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const own = memberships.find((membership) => membership.handle === handle);
  if (own === undefined) return refuse({ reason: "NOT_FOUND" });
  const authority = publishAuthority(principal);
  if (own.role !== "owner" || !authority?.mayEdit) return refuse({ reason: "PERMISSION_DENIED" });
  return ok({ publisherId: own.publisherId, accountId: principal.accountId });
}

function found(proof: DomainProof | null): Result<DomainProof, Refusal> {
  return proof === null ? refuse({ reason: "NOT_FOUND" }) : ok(proof);
}
