import type { Caller } from "../../contract/operation.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { World } from "../../market/ports.ts";

/** Who sent this request, and may such a caller use the operation at all? */
export async function authenticateRequest(
  _world: World,
  _request: Request,
  _caller: Caller,
): Promise<Result<Principal, Problem<Reason>>> {
  return ok({ kind: "anonymous" });
}
