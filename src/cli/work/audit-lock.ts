import { ADVISORY_OPERATIONS } from "../../contract/advisory/operations.ts";
import { revocationsOf } from "../../domain/advisory/revocation.ts";
import { ok } from "../../domain/result.ts";
import { isAffected } from "../../domain/update/readiness.ts";
import type { Outcome } from "../problem.ts";
import { ask, type Reply } from "./ask.ts";
import type { Env } from "./config.ts";
import type { Lock } from "./lock-file.ts";
import type { Marketplace } from "./marketplace.ts";
import { fetchRevocations } from "./revocations.ts";

/** Something wrong with one locked plugin. */
export interface AuditFinding {
  readonly name: string;
  readonly version: string;
  readonly kind: "revoked" | "advisory";
  /** Code of the revocation, or id of the advisory. */
  readonly code: string;
  readonly level: string;
  readonly message: string;
  /** The first version without the flaw, or another plugin. */
  readonly fix: string | null;
}

type Osv = Reply<(typeof ADVISORY_OPERATIONS)["listAdvisories"]>["body"]["vulns"][number];
const PER_PAGE = "100";

/** Holds what a lock names against the signed revocation list and every confirmed advisory. */
export async function auditLock(
  env: Env,
  marketplace: Marketplace,
  lock: Lock,
): Promise<Outcome<readonly AuditFinding[]>> {
  const revocations = await fetchRevocations(env, marketplace);
  if (!revocations.ok) return revocations;
  const findings: AuditFinding[] = [];
  for (const [name, { version, sha256 }] of Object.entries(lock.plugins)) {
    const subject = { name, version, sha256, publisher: null };
    for (const { code, level, note, replacement } of revocationsOf(revocations.value?.entries ?? [], subject))
      findings.push({
        name,
        version,
        kind: "revoked",
        code,
        level,
        message: note || "It was taken back.",
        fix: replacement,
      });
    const advisories = await fetchAdvisories(marketplace, name);
    if (!advisories.ok) return advisories;
    findings.push(...advisories.value.flatMap((advisory) => findingOf(name, version, advisory)));
  }
  return ok(findings);
}

async function fetchAdvisories(marketplace: Marketplace, plugin: string): Promise<Outcome<readonly Osv[]>> {
  const found: Osv[] = [];
  let after: string | undefined;
  do {
    const query = { plugin, limit: PER_PAGE, ...(after === undefined ? {} : { after }) };
    const reply = await ask(marketplace, ADVISORY_OPERATIONS.listAdvisories, { query });
    if (!reply.ok) return reply;
    found.push(...reply.value.body.vulns);
    after = reply.value.body.next;
  } while (after !== undefined);
  return ok(found);
}

interface Affected {
  readonly versions: readonly string[];
  readonly database_specific?: { readonly range?: string };
  readonly ranges?: readonly { readonly events?: readonly { readonly fixed?: string }[] }[];
}

/** By the list of versions, or the range for one that was published later. */
function findingOf(name: string, version: string, advisory: Osv): readonly AuditFinding[] {
  if (advisory.withdrawn !== undefined) return [];
  const [affected] = advisory.affected as readonly Affected[];
  const range = affected?.database_specific?.range;
  const isHit = affected?.versions.includes(version) || (range !== undefined && isAffected(range, version));
  if (!isHit) return [];
  const fixed = affected?.ranges
    ?.flatMap(({ events = [] }) => events)
    .find((event) => event.fixed !== undefined)?.fixed;
  const { severity = "unknown" } = (advisory.database_specific ?? {}) as { readonly severity?: string };
  return [
    {
      name,
      version,
      kind: "advisory",
      code: advisory.id,
      level: severity,
      message: advisory.summary,
      fix: fixed ?? null,
    },
  ];
}
