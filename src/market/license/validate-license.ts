import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { actionsOf } from "../../domain/license/actions.ts";
import { classOf, type LicenseCode } from "../../domain/license/codes.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import { judge, type Verdict } from "../../domain/license/judge.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";
import { hostStatus } from "../../domain/license/states.ts";
import { statusOf } from "../../domain/license/status.ts";
import { warningsOf } from "../../domain/license/warnings.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { HOUR, isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { withCheckout } from "../sales/checkout-url.ts";
import { roleOf } from "./access.ts";
import { type NamedLicense, referLicense } from "./ask-device.ts";
import { intendedUse } from "./intended-use.ts";
import type { ActivationFacts } from "./ports.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { signVerdict } from "./sign.ts";
import { playedRefusal } from "./simulate.ts";

export interface ValidateRequest extends NamedLicense {
  readonly pluginId: string;
  readonly hardwareId?: string | undefined;
  readonly installationId?: string | undefined;
  readonly version?: string | undefined;
  readonly bundleSha256?: string | undefined;
  readonly entitlements?: readonly string[] | undefined;
  /** The answer that a test license is asked to give. */
  readonly simulate?: LicenseCode | undefined;
  readonly binding: RequestBinding;
}

/** Read only: what the license says about a use, as a signed verdict; also refusals are answered, not thrown. */
export async function validateLicense(
  world: Pick<World, "licenses" | "keyHasher" | "leaseSigner" | "site" | "clock" | "background">,
  principal: Principal,
  request: ValidateRequest,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const ref = await referLicense(world, request);
  if (!ref.ok) return ref;
  if ("licenseId" in ref.value && principal.kind === "anonymous") return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const hardwareId = request.hardwareId === undefined ? undefined : parseHardwareId(request.hardwareId);
  if (hardwareId === null) return refuse({ reason: "DEVICE_ID_INVALID", facts: { class: "action" } });

  const now = unixSeconds(world.clock.now());
  const facts = await world.licenses.findForActivation(
    ref.value,
    { hardwareId: hardwareId ?? null, jkt: null },
    {
      version: request.version ?? null,
      bundleSha256: request.bundleSha256 ?? null,
      installationId: request.installationId ?? null,
    },
    null,
    now,
  );
  const role = facts === null ? null : await roleOf(world, principal, facts);
  const isVisible = facts !== null && (principal.kind === "anonymous" || role !== null);
  const played = isVisible && request.simulate !== undefined ? playedRefusal(facts.license, request.simulate) : null;
  if (played?.reason === "SIMULATION_REFUSED")
    return refuseSigned(world, request.pluginId, played, request.binding, now);
  if (isVisible && request.simulate !== undefined) {
    const said = { code: request.simulate, class: classOf(request.simulate), facts: {} };
    return ok(await present(world, { ...request, isPlayed: true }, said, facts, now));
  }
  const verdict = isVisible ? judgeUse(facts, request, hardwareId, role !== null, now) : UNKNOWN;
  if (isVisible && verdict.class === "ok" && (facts.license.lastVerifiedAt ?? 0) <= now - HOUR)
    world.background.defer(world.licenses.touch(facts.license.id, now));
  return ok(await present(world, request, verdict, isVisible ? facts : null, now));
}

const UNKNOWN: Verdict = { code: "NOT_FOUND", class: "conclusive", facts: {} };

function judgeUse(
  facts: ActivationFacts,
  request: ValidateRequest,
  hardwareId: string | undefined,
  isOwner: boolean,
  now: number,
): Verdict {
  const { release, rights } = facts;
  const held = new Set(rights.entitlements);
  const missing = [...new Set(request.entitlements ?? [])].filter((code) => !held.has(code) && !held.has("*"));
  const build = release === null ? null : { version: release.version, releasedAt: release.publishedAt };
  return judge(
    facts.license,
    intendedUse(facts, {
      order: "standard",
      pluginId: request.pluginId,
      isOwner,
      missingEntitlements: missing,
      withdrawn: facts.withdrawn,
      ...(request.version === undefined && request.bundleSha256 === undefined ? {} : { build }),
      ...(hardwareId === undefined ? {} : { hardwareId }),
      ...(hardwareId === undefined && request.installationId === undefined ? {} : { activation: facts.activation }),
    }),
    now,
  );
}

async function present(
  world: Pick<World, "leaseSigner" | "site">,
  request: ValidateRequest & { readonly isPlayed?: boolean },
  verdict: Verdict,
  facts: ActivationFacts | null,
  now: number,
): Promise<JsonObject> {
  const warnings = facts === null || verdict.class !== "ok" ? [] : warningsOf(facts, now);
  const answer = {
    code: verdict.code,
    class: verdict.class,
    status: statusOf(verdict.code),
    ...(request.isPlayed === true ? { sim: true } : {}),
    ...withCheckout(world.site, verdict.code, facts?.license ?? null, verdict.facts),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  // A wrong product to a stranger must not reveal that the key exists.
  const isNamed = facts !== null && verdict.code !== "NOT_FOUND";
  const named = isNamed
    ? {
        lic: facts.license.id,
        ep: facts.license.epoch,
        ...(facts.activation === null ? {} : { sub: facts.activation.id }),
      }
    : {};
  return {
    ...answer,
    ...(verdict.class === "ok" ? {} : { actions: actionsOf(verdict.code, answer) }),
    ...(isNamed ? { license: { status: hostStatus(facts.license, now), type: facts.license.type } } : {}),
    serverTime: isoTime(now),
    verdict: await signVerdict(world, request.pluginId, { ...answer, ...named }, request.binding, now),
  };
}
