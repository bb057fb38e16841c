import type { Principal } from "../../domain/account/principal.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { type Result, refuse } from "../../domain/result.ts";
import { spendMalformed, spendMiss, spendValidation } from "../../market/license/spend-miss.ts";
import type { World } from "../../market/ports.ts";

interface Asked {
  readonly world: World;
  readonly principal: Principal;
  readonly request: Request;
}

/**
 * What an answer to a license key costs the caller: nothing where the key led somewhere, one of its misses where it did not
 * (`said` is the code of an answer that was no refusal). Beyond the budget the answer is 429 and says nothing of the key.
 */
export async function meterKey<T>(
  { world, principal, request }: Asked,
  licenseKey: unknown,
  answer: Result<T, Problem<Reason>>,
  said?: (value: T) => string,
): Promise<Result<T, Problem<Reason>>> {
  if (licenseKey === undefined) return answer;
  const code = answer.ok ? said?.(answer.value) : answer.problem.reason;
  const address = request.headers.get("cf-connecting-ip");
  const instanceId = principal.kind === "instance" ? principal.instanceId : null;
  const limited =
    code === "KEY_MALFORMED"
      ? await spendMalformed(world, address)
      : code === "NOT_FOUND"
        ? await spendMiss(world, { address, instanceId }, licenseKey)
        : null;
  return limited === null ? answer : refuse(limited);
}

/** Before a validation: 60 a minute for each license and device, counted without reading anything. */
export async function meterValidation(
  world: World,
  body: {
    readonly licenseKey?: string | undefined;
    readonly licenseId?: string | undefined;
    readonly hardwareId?: string | undefined;
    readonly installationId?: string | undefined;
  },
): Promise<Problem<Reason> | null> {
  const subject = [
    body.licenseKey ?? null,
    body.licenseId ?? null,
    body.hardwareId ?? null,
    body.installationId ?? null,
  ];
  return spendValidation(world, await sha256Hex(JSON.stringify(subject)));
}
