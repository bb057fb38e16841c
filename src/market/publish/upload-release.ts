import type { Principal } from "../../domain/account/principal.ts";
import { isLegacyContainer } from "../../domain/bundle/legacy.ts";
import { type OpenedBundle, openBundle } from "../../domain/bundle/open.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { coversPlugin, type PublishAuthority, publishAuthority } from "../../domain/release/authority.ts";
import { CHECKS, RULE_SET } from "../../domain/release/checks.ts";
import { contradictions, type HostForm, listingOf } from "../../domain/release/listing.ts";
import { SERVER_MODULE } from "../../domain/release/server-module.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { versionSort } from "../../domain/release/version.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { judgeSequence, type OpenedStatement } from "../../domain/trust/statement.ts";
import type { World } from "../ports.ts";
import { actingPublisher, standsFor } from "./acting-publisher.ts";
import { bundleProblem } from "./bundle-problem.ts";
import { convertUpload } from "./convert-upload.ts";
import { judgeName, judgeQuota } from "./name-rules.ts";
import type { IntakeFacts, NewRelease, NewStatement } from "./ports.ts";
import { verifyStatement } from "./verify-statement.ts";

export interface Upload {
  readonly bundle: Uint8Array;
  /** Envelope JSON; the host sends none. */
  readonly statement: string | null;
  /** What was typed beside the bundle; it may not contradict it. */
  readonly form: HostForm;
}

export interface Uploaded {
  readonly pluginId: string;
  readonly releaseId: string;
  readonly state: ReleaseState;
  /** False: this release was there already. */
  readonly isNew: boolean;
}

/** Two uploads that overtake each other look again; the third time one of them has long been decided. */
const ATTEMPTS = 4;

type Needs = Pick<
  World,
  | "releases"
  | "catalogue"
  | "bundles"
  | "releaseBell"
  | "site"
  | "clock"
  | "chance"
  | "background"
  | "instances"
  | "pipeline"
  | "mail"
>;

/**
 * Takes a bundle in (README, Order of work). Everything that can refuse comes before everything that writes; bytes are
 * written before the row, so that a crash leaves an orphan that is swept and never a row without bytes.
 */
export async function uploadRelease(
  world: Needs,
  principal: Principal,
  upload: Upload,
): Promise<Result<Uploaded, Problem<Reason>>> {
  const authority = publishAuthority(principal);
  if (!authority?.mayStage) return refuse({ reason: "PERMISSION_DENIED" });
  const isContainer = isLegacyContainer(upload.bundle);
  const opened = isContainer
    ? await convertUpload(world, principal, upload.bundle, upload.form)
    : await openUpload(upload.bundle);
  if (!opened.ok) return opened;
  const bundle = opened.value;
  const received = isContainer ? await sha256Hex(upload.bundle) : bundle.sha256;
  const mistyped = judgeForm(isContainer ? identityOf(upload.form) : upload.form, bundle, received);
  if (mistyped !== null) return refuse(mistyped);
  if (!coversPlugin(authority, bundle.manifest.name))
    return refuse({ reason: "PERMISSION_DENIED", facts: { plugin: bundle.manifest.name } });

  let isStored = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const judged = await judgeUpload(world, authority, bundle, upload.statement);
    if (!judged.ok) return judged;
    if ("present" in judged.value) {
      // A pending release whose bytes are gone is healed by uploading them again.
      const isHealed = judged.value.present.state === "published" || (await store(world, bundle));
      return isHealed ? ok(judged.value.present) : refuse({ reason: "blob_unavailable" });
    }
    if (!isStored)
      isStored = (await store(world, bundle)) && (!isContainer || (await keep(world, received, upload.bundle)));
    if (!isStored) return refuse({ reason: "blob_unavailable" });
    const { publisherId, statement } = judged.value;
    const at = unixSeconds(world.clock.now());
    const container = isContainer ? { sha256: received, size: upload.bundle.length } : null;
    const release = { ...newRelease(world, authority, bundle, publisherId, statement), container };
    const staged = await world.releases.stage(release, at);
    if (staged === null) continue;
    // The row is the work: if the bell is lost, the sweeper finds it.
    world.background.defer(world.releaseBell.ring(staged.releaseId));
    world.background.defer(tellBrake(world, staged.releaseId, publisherId));
    return ok({ ...staged, state: "staged", isNew: true });
  }
  return refuse({ reason: "state_conflict" });
}

/** Owners hear of a release that waits at the velocity brake: many at once are a stolen token's first sign. */
async function tellBrake(world: Needs, releaseId: string, publisherId: string): Promise<void> {
  const facts = await world.releases.show(releaseId);
  const until = facts?.velocityUntil ?? null;
  if (facts === null || until === null || until <= unixSeconds(world.clock.now())) return;
  for (const to of await world.pipeline.ownersOf(publisherId))
    await world.mail.send({
      to,
      subject: `${facts.name} ${facts.version} waits`,
      body: `Many releases came in a short time, or a new key signed. ${facts.name} ${facts.version} is not decided before ${isoTime(until)}. If this was not you, revoke your tokens.`,
    });
}

async function openUpload(bytes: Uint8Array): Promise<Result<OpenedBundle, Problem<Reason>>> {
  const opened = await openBundle(bytes);
  return opened.ok ? opened : refuse(bundleProblem(opened.problem));
}

/** Of a container only name, version and type are compared: the rest of the form is what the bundle is made of. */
function identityOf({ name, version, type, checksum }: HostForm): HostForm {
  return { name, version, type, checksum };
}

/** `received` is the digest of what was sent. */
function judgeForm(form: HostForm, bundle: OpenedBundle, received: string): Problem<Reason> | null {
  const sent = form.checksum ?? "";
  if (sent !== "" && sent.toLowerCase() !== received)
    return { reason: "checksum_mismatch", facts: { sha256: received } };
  const fields = contradictions(form, bundle.manifest);
  return fields.length === 0 ? null : { reason: "metadata_mismatch", facts: { fields } };
}

/** The manifest names a publisher the caller does not stand for: a foreign name, or a slip in one's own manifest. */
async function judgeStranger(
  world: Needs,
  authority: PublishAuthority,
  { plugin }: IntakeFacts,
): Promise<Problem<"name_taken" | "metadata_mismatch">> {
  const isForeign = plugin !== null && !(await standsFor(world, authority, plugin.publisherId));
  return isForeign ? { reason: "name_taken" } : { reason: "metadata_mismatch", facts: { fields: ["publisher"] } };
}

type Judged =
  | { readonly present: Uploaded }
  | { readonly publisherId: string; readonly statement: NewStatement | null };

/** Steps 4–6: name, version, statement – against what is stored right now. */
async function judgeUpload(
  world: Needs,
  authority: PublishAuthority,
  bundle: OpenedBundle,
  statementText: string | null,
): Promise<Result<Judged, Problem<Reason>>> {
  const { name, version, publisher } = bundle.manifest;
  const acting = await actingPublisher(world, authority, publisher);
  const intake = await world.releases.intake(
    name,
    version,
    acting?.publisherId ?? null,
    unixSeconds(world.clock.now()),
  );
  if (acting === null) return refuse(await judgeStranger(world, authority, intake));
  const misnamed = judgeName(name, intake, acting.publisherId, authority.mayCreate);
  if (misnamed !== null) return refuse(misnamed);

  const opened =
    statementText === null ? null : await verifyStatement(world, statementText, acting.publisherId, bundle, false);
  const { release } = intake;
  if (release !== null) {
    if (release.sha256 !== bundle.sha256)
      return refuse({ reason: "version_exists", facts: { sha256: release.sha256 } });
    if (opened !== null && !opened.ok) return opened;
    const mayPublish = authority.mayPublish && acting.mayPublish;
    return presentRelease(world, authority, intake, opened?.value ?? null, statementText, mayPublish);
  }
  const braked = judgeQuota(intake);
  if (braked !== null) return refuse(braked);
  if (opened === null || statementText === null) return ok({ publisherId: acting.publisherId, statement: null });
  if (!opened.ok) return opened;
  const stale = judgeSequence(opened.value.statement, headOf(intake));
  if (stale !== null) return refuse(stale);
  const needsApproval = !(authority.mayPublish && acting.mayPublish);
  return ok({ publisherId: acting.publisherId, statement: newStatement(opened.value, statementText, needsApproval) });
}

/** The same bytes again: the same release; a signature it still waited for is taken now, by whom may publish. */
async function presentRelease(
  world: Needs,
  authority: PublishAuthority,
  intake: IntakeFacts,
  opened: OpenedStatement | null,
  envelope: string | null,
  mayPublish: boolean,
): Promise<Result<Judged, Problem<Reason>>> {
  const { plugin, release } = intake;
  if (plugin === null || release === null) return refuse({ reason: "state_conflict" });
  const present = { pluginId: plugin.id, releaseId: release.id, state: release.state, isNew: false };
  const isSigned = release.statementSha256 !== null && release.isVoid !== true;
  if (opened === null || envelope === null || isSigned || !mayPublish) return ok({ present });
  const stale = judgeSequence(opened.statement, headOf(intake));
  if (stale !== null) return refuse(stale);
  const statement = newStatement(opened, envelope, false);
  const at = unixSeconds(world.clock.now());
  const isAttached = await world.releases.attachStatement(release.id, statement, authority.actor, at);
  if (!isAttached) return refuse({ reason: "state_conflict" });
  return ok({ present: release.state === "blocked" ? { ...present, state: "review" } : present });
}

function headOf({ plugin }: IntakeFacts): { sequence: number; statementSha256: string | null } {
  return { sequence: plugin?.headSequence ?? 0, statementSha256: plugin?.headStatementSha256 ?? null };
}

function newStatement(opened: OpenedStatement, envelope: string, needsApproval: boolean): NewStatement {
  const { sequence, previous, keyId } = opened.statement;
  return { envelope, sha256: opened.sha256, keyId, sequence, previous, needsApproval };
}

/** False when the store fails: nothing is public and nothing half done; the same upload works again later. */
async function store(world: Needs, bundle: OpenedBundle): Promise<boolean> {
  try {
    await world.bundles.putOnce("bundle", bundle.sha256, bundle.bytes);
    return true;
  } catch {
    return false;
  }
}

/** The container as it came, beside the bundle made of it. */
async function keep(world: Needs, sha256: string, container: Uint8Array): Promise<boolean> {
  try {
    await world.bundles.putOnce("container", sha256, container);
    return true;
  } catch {
    return false;
  }
}

function newRelease(
  world: Needs,
  authority: PublishAuthority,
  bundle: OpenedBundle,
  publisherId: string,
  statement: NewStatement | null,
): Omit<NewRelease, "container"> {
  const { manifest } = bundle;
  return {
    publisherId,
    name: manifest.name,
    uuid: world.chance.uuid(),
    version: manifest.version,
    versionSort: versionSort(manifest.version),
    channel: manifest.channel,
    sha256: bundle.sha256,
    sha512: bundle.sha512,
    size: bundle.size,
    manifest: text(bundle.manifestBytes),
    manifestSha256: bundle.manifestSha256,
    capabilitiesSha256: bundle.capabilitiesDigest,
    closureDigest: bundle.closureDigest,
    serverSha256: manifest.files[SERVER_MODULE]?.sha256 ?? null,
    changelog: text(bundle.file("CHANGELOG.md")),
    readme: text(bundle.file("README.md")),
    minAppVersion: manifest.minAppVersion,
    maxAppVersion: manifest.maxAppVersion ?? null,
    listing: listingOf(manifest, bundle.sha256),
    statement,
    expected: { ruleSet: RULE_SET, checks: CHECKS },
    actor: authority.actor,
  };
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? "" : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
