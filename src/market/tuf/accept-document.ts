import type { Principal } from "../../domain/account/principal.ts";
import { encodeUtf8 } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { TufReason } from "../../domain/tuf/reasons.ts";
import type { World } from "../ports.ts";
import type { OfflineKind } from "./ports.ts";

/** Takes in a root or `targets` that people signed offline. Whoever calls adds no trust: the signatures decide. */
export async function acceptDocument(
  world: Pick<World, "tuf" | "audit" | "clock" | "background">,
  principal: Principal,
  kind: OfflineKind,
  document: string,
): Promise<Result<{ readonly version: number }, Problem<TufReason | "PERMISSION_DENIED">>> {
  if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
  const accepted = await world.tuf.accept(kind, encodeUtf8(document));
  if (!accepted.ok) return accepted;
  const { version } = accepted.value;
  await world.audit.append(
    {
      actorKind: "account",
      actorId: principal.accountId,
      action: "tuf.accepted",
      subjectKind: "tuf",
      subjectId: kind,
      data: { version },
    },
    unixSeconds(world.clock.now()),
  );
  world.background.defer(world.tuf.write());
  return ok({ version });
}
