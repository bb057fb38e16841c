import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { ExecutionRow, FoundInstallation } from "./ports.ts";

/** What a plugin did in one installation, newest first; only for the instance it belongs to and that one's owner. */
export async function listExecutions(
  world: Pick<World, "executions">,
  owner: { readonly instanceId: string } | { readonly accountId: string },
  installationId: string,
  range: { readonly page: number; readonly limit: number; readonly outcome?: string | undefined },
): Promise<Result<ExecutionPage, Problem<"installation_not_found">>> {
  const installation = await world.executions.findInstallation(installationId, owner);
  if (installation === null) return refuse({ reason: "installation_not_found" });
  const { rows, total } = await world.executions.page(
    installation.activationId,
    range.page,
    range.limit,
    range.outcome,
  );
  return ok({ installation, rows, total });
}

export interface ExecutionPage {
  readonly installation: FoundInstallation;
  readonly rows: readonly ExecutionRow[];
  readonly total: number;
}
