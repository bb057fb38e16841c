import { hostError, type LicenseCode } from "../../domain/license/codes.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import { judge } from "../../domain/license/judge.ts";
import { parseLicenseKey } from "../../domain/license/key.ts";
import { endOf, isLive } from "../../domain/license/license.ts";
import { type MarketplaceLicense, projectLicense } from "../../domain/license/projection.ts";
import { type LicenseWarning, warningsOf } from "../../domain/license/warnings.ts";
import { HOUR, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { referKey } from "./ask-device.ts";
import { intendedUse } from "./intended-use.ts";
import type { LicenseFacts } from "./ports.ts";
import { takeSeat } from "./take-seat.ts";

export interface VerifyRequest {
  readonly instanceId: string;
  readonly isInstanceSuspended: boolean;
  readonly licenseKey: unknown;
  /** Its hash, where it is known already. */
  readonly keyHash?: string;
  readonly pluginId: string;
  readonly hardwareId: string;
}

/** The host's answer; 200 whatever it says. */
export interface VerifyAnswer {
  readonly valid: boolean;
  readonly license?: MarketplaceLicense;
  readonly error?: string;
  readonly code: LicenseCode | "VALIDATION_ERROR";
  readonly lease?: string;
  readonly warnings?: readonly LicenseWarning[];
  /** The database is away; this is what it said last. */
  readonly offline?: boolean;
}

/** What a good answer rests on, for whoever keeps it: until the end of the lease. */
export interface StandingRight {
  readonly licenseId: string;
  readonly epoch: number;
  readonly until: number;
}
interface Verified {
  readonly answer: VerifyAnswer;
  /** null: refused. */
  readonly right: StandingRight | null;
}

const MAX_HARDWARE_ID = 255;
const ATTEMPTS = 3;

type Needs = Pick<
  World,
  | "licenses"
  | "keyHasher"
  | "chance"
  | "leaseSigner"
  | "site"
  | "clock"
  | "background"
  | "sealings"
  | "vault"
  | "revocations"
>;

/**
 * The host's verify (README, Host contract). One indexed read; a device that is known and live costs no write. A new 64-hex
 * device takes a seat by the same statement as an activation; any other hardware id is judged without one.
 */
export async function verifyLicense(
  world: Needs,
  request: VerifyRequest,
  /** What was read together with the caller. */
  read?: { readonly facts: LicenseFacts | null },
): Promise<Verified> {
  if (request.hardwareId === "" || request.hardwareId.length > MAX_HARDWARE_ID) return UNREADABLE;
  const key = parseLicenseKey(request.licenseKey);
  if (key === null) return refused("KEY_MALFORMED");
  const now = unixSeconds(world.clock.now());
  const seatId = parseHardwareId(request.hardwareId);
  const device = { hardwareId: seatId, jkt: null };
  const ref = { keyHash: request.keyHash ?? (await referKey(world, key)).keyHash };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const facts = attempt === 0 && read ? read.facts : await world.licenses.find(ref, device, now);
    if (facts === null || facts.license.instanceId !== request.instanceId) return refused("NOT_FOUND");
    const verdict = judge(
      facts.license,
      intendedUse(facts, {
        order: "host",
        pluginId: request.pluginId,
        isOwner: true,
        isInstanceSuspended: request.isInstanceSuspended || facts.instance.state === "suspended",
        hardwareId: request.hardwareId.toLowerCase(),
      }),
      now,
    );
    if (verdict.class !== "ok") return refused(verdict.code);
    touch(world, facts, now);
    if (seatId === null || isSeated(facts, now)) return accepted(facts, key.text, verdict.code, now);

    const { order, granted } = await takeSeat(
      world,
      facts,
      await world.licenses.rightsOf(facts.license.id),
      verdict,
      {
        hardwareId: seatId,
        jkt: null,
        sealKey: null,
        environment: facts.activation?.environment ?? "production",
        origin: null,
        label: null,
        appVersion: null,
        version: facts.activation?.version ?? facts.plugin.latestVersion ?? "0.0.0",
        installationId: null,
        consent: null,
        idempotency: null,
        binding: {},
        actor: { kind: "instance", id: request.instanceId },
        warnings: [],
      },
      now,
    );
    if (granted !== null) {
      const isNew = granted.status === 201 && facts.activation?.seatClass !== "dev";
      const seats = { ...facts, liveSeats: facts.liveSeats + (isNew ? 1 : 0) };
      const { answer, right } = accepted(seats, key.text, verdict.code, now);
      return {
        answer: { ...answer, lease: String(order.reply.lease) },
        right: right && { ...right, until: order.leaseUntil },
      };
    }
    const why = await world.licenses.explainRefusal(order);
    if (why === "STATE_CHANGED" || why === "IDEMPOTENT" || why === "INSTALLATION_TAKEN") continue;
    // A device that holds a running lease is never failed because its renewal was refused.
    if (facts.activation !== null && isLive(facts.activation, now)) return accepted(facts, key.text, verdict.code, now);
    return refused(why);
  }
  return refused("STATE_CHANGED");
}

/** Live, and not yet due for renewal: nothing to write. A row with a device key is renewed by that device alone. */
function isSeated({ activation, license }: LicenseFacts, now: number): boolean {
  if (activation === null || !isLive(activation, now)) return false;
  return activation.deviceJkt !== null || activation.leaseIat + license.refreshSeconds > now;
}

function touch(world: Needs, { license }: LicenseFacts, now: number): void {
  if ((license.lastVerifiedAt ?? 0) <= now - HOUR) world.background.defer(world.licenses.touch(license.id, now));
}

function accepted(facts: LicenseFacts, key: string, code: LicenseCode, now: number): Verified {
  const { license, activation, liveSeats } = facts;
  const warnings = warningsOf(facts, now);
  const answer = {
    valid: true,
    license: projectLicense(license, key, liveSeats, now),
    code,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  const unseated = Math.min(endOf(license) ?? Number.POSITIVE_INFINITY, now + license.leaseTtl);
  const until = activation !== null && isLive(activation, now) ? activation.leaseUntil : unseated;
  return { answer, right: { licenseId: license.id, epoch: license.epoch, until } };
}

function refused(code: LicenseCode): Verified {
  return { answer: { valid: false, error: hostError(code), code }, right: null };
}

const UNREADABLE: Verified = {
  answer: { valid: false, error: "License verification failed", code: "VALIDATION_ERROR" },
  right: null,
};
