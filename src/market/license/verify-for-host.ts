import { CLOCK_WINDOW_SECONDS, type InstanceBearer, parseInstanceBearer } from "../../domain/account/bearer.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import { type LicenseKey, parseLicenseKey } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import { authenticate, type Credential, proveInstance } from "../account/authenticate.ts";
import type { InstanceCredential } from "../account/ports.ts";
import type { World } from "../ports.ts";
import { referKey } from "./ask-device.ts";
import { SignerUnavailable } from "./keyset-ports.ts";
import type { HostQuestion } from "./last-good-ports.ts";
import { type VerifyAnswer, type VerifyRequest, verifyLicense } from "./verify-license.ts";

type Needs = Parameters<typeof verifyLicense>[0] & Pick<World, "accounts" | "instances" | "hmac" | "lastGood">;
type Answer = Result<VerifyAnswer, Problem<Reason>>;
type Wanted = Pick<VerifyRequest, "pluginId" | "hardwareId"> & { readonly licenseKey: string };
interface Answered {
  readonly answer: Answer;
  readonly principal: Principal;
}

const ANONYMOUS: Principal = { kind: "anonymous" };

/**
 * The host's verify with its credential: instance, key and license are read by one statement, then the HMAC is compared,
 * then the license judged. Nothing is said about the license to a caller that is not proven. While the database is away the
 * last good answer to the same question is repeated.
 */
export async function verifyForHost(world: Needs, credential: Credential, wanted: Wanted): Promise<Answered> {
  const key = parseLicenseKey(wanted.licenseKey);
  const bearer = parseInstanceBearer(/^Bearer +(.+)$/i.exec(credential.authorization ?? "")?.[1] ?? "");
  if (key === null || bearer === null) return verifySlowly(world, credential, wanted);
  const { keyHash } = await referKey(world, key);
  const question = { keyHash, pluginId: wanted.pluginId, hardwareId: wanted.hardwareId.toLowerCase() };
  try {
    return await verifyAtOnce(world, credential, { bearer, question, wanted });
  } catch (error) {
    if (error instanceof SignerUnavailable) throw error;
    world.background.defer(Promise.reject(error));
    return repeatLastGood(world, credential, { bearer, key, question });
  }
}

/** Whoever sends no usable key or no instance's credential. */
async function verifySlowly(world: Needs, credential: Credential, wanted: Wanted): Promise<Answered> {
  const caller = await authenticate(world, credential);
  if (!caller.ok) return { answer: caller, principal: ANONYMOUS };
  const principal = caller.value;
  if (principal.kind === "anonymous") return { answer: refuse({ reason: "AUTHENTICATION_REQUIRED" }), principal };
  if (principal.kind === "account")
    return { answer: refuse({ reason: "PERMISSION_DENIED", facts: { needs: "instance" } }), principal };
  const { instanceId, isSuspended } = principal;
  const { answer } = await verifyLicense(world, { ...wanted, instanceId, isInstanceSuspended: isSuspended });
  return { answer: ok(answer), principal };
}

async function verifyAtOnce(
  world: Needs,
  credential: Credential,
  asked: { readonly bearer: InstanceBearer; readonly question: HostQuestion; readonly wanted: Wanted },
): Promise<Answered> {
  const { bearer, question, wanted } = asked;
  const device = { hardwareId: parseHardwareId(wanted.hardwareId), jkt: null };
  const now = unixSeconds(world.clock.now());
  const read = await world.licenses.findWithInstance(bearer.apiKey, question.keyHash, device, now);
  const proven = await proveInstance(world, bearer, read?.credential ?? null, credential.windowSeconds);
  if (!proven.ok) return { answer: proven, principal: ANONYMOUS };
  if (read === null) return { answer: refuse({ reason: "AUTHENTICATION_REQUIRED" }), principal: ANONYMOUS };
  const { instanceId, isSuspended, driftSeconds } = proven.value;
  const request = { ...wanted, keyHash: question.keyHash, instanceId, isInstanceSuspended: isSuspended };
  const { answer, right } = await verifyLicense(world, request, read);
  if (right !== null) keep(world, bearer.apiKey, question, read.credential, answer, right);
  const isAdrift = (driftSeconds ?? 0) > CLOCK_WINDOW_SECONDS;
  const warned = isAdrift ? { ...answer, warnings: [...(answer.warnings ?? []), "CLOCK_DRIFT" as const] } : answer;
  return { answer: ok(warned), principal: proven.value };
}

/** After the answer, and never of a device that was judged without a right. */
function keep(
  world: Needs,
  apiKey: string,
  question: HostQuestion,
  credential: InstanceCredential,
  answer: VerifyAnswer,
  right: { readonly licenseId: string; readonly epoch: number; readonly until: number },
): void {
  const { lease: _, license, ...rest } = answer;
  const { licenseKey: __, ...shown } = license ?? {};
  const good = { ...right, credential, answer: JSON.stringify({ ...rest, license: shown }) };
  world.background.defer(world.lastGood.keep(apiKey, question, good));
}

/** The caller is proven against what was kept with the answer; without one nothing is said about the right. */
async function repeatLastGood(
  world: Needs,
  credential: Credential,
  asked: { readonly bearer: InstanceBearer; readonly key: LicenseKey; readonly question: HostQuestion },
): Promise<Answered> {
  const now = unixSeconds(world.clock.now());
  const good = await world.lastGood.find(asked.bearer.apiKey, asked.question, now);
  if (good === null) {
    const facts = { class: "retryable", retryAfter: MINUTE };
    return { answer: refuse({ reason: "SERVICE_UNAVAILABLE", facts }), principal: ANONYMOUS };
  }
  const proven = await proveInstance(world, asked.bearer, good.credential, credential.windowSeconds);
  if (!proven.ok) return { answer: proven, principal: ANONYMOUS };
  const { license, ...rest } = JSON.parse(good.answer) as VerifyAnswer & Pick<Required<VerifyAnswer>, "license">;
  const answer = { ...rest, license: { ...license, licenseKey: asked.key.text }, offline: true };
  return { answer: ok(answer), principal: proven.value };
}
