import type { LicenseCode } from "../../domain/license/codes.ts";
import { parseSimulatedCode } from "../../domain/license/simulation.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";

/** `Simulate-License: <CODE>`; undefined where the header is not sent. Whose license it is, is judged later. */
export function readSimulation(request: Request): Result<LicenseCode | undefined, Problem<Reason>> {
  const text = request.headers.get("simulate-license");
  if (text === null) return ok(undefined);
  const code = parseSimulatedCode(text.trim());
  if (code !== null) return ok(code);
  const errors = [{ pointer: "/headers/simulate-license", detail: "A result code of a license." }];
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
}
