import type { CheckResult, Finding } from "../../domain/release/checks.ts";
import type { DecisionFacts, ReleaseFacts } from "../../market/publish/ports.ts";
import { readPricing } from "../catalogue/rows.ts";
import type { plugins } from "../catalogue/schema.ts";
import type { SqlRow } from "../sql-row.ts";
import { LATEST_CHECKS, readExpected } from "./checks.ts";
import type { releases } from "./schema.ts";

const FACTS = `
  SELECT r.id, r.plugin_id, p.publisher_id, b.handle, p.name, p.display_name, r.version, r.sha256, r.size, r.state,
    r.statement, r.statement_sha256, r.server_sha256, r.manifest, r.needs_approval, r.velocity_until, r.expected_checks,
    r.decision_reason, r.uploaded_by, r.created_at, p.publications, p.last_receipt_sha256, p.rev, p.edited, p.pricing,
    (SELECT json_group_array(json_object('name', l.name, 'result', l.result, 'findings', json(l.findings)))
     FROM (${LATEST_CHECKS}) l WHERE l.release_id = r.id) AS checks
  FROM releases r JOIN plugins p ON p.id = r.plugin_id JOIN publishers b ON b.id = p.publisher_id`;

interface FactsRow
  extends Pick<
      SqlRow<typeof releases>,
      | "id"
      | "plugin_id"
      | "version"
      | "sha256"
      | "size"
      | "state"
      | "statement"
      | "statement_sha256"
      | "server_sha256"
      | "manifest"
      | "needs_approval"
      | "velocity_until"
      | "expected_checks"
      | "decision_reason"
      | "uploaded_by"
      | "created_at"
    >,
    Pick<
      SqlRow<typeof plugins>,
      "publisher_id" | "name" | "display_name" | "publications" | "last_receipt_sha256" | "rev" | "edited" | "pricing"
    > {
  readonly handle: string;
  readonly checks: string;
}

export async function readReleaseFacts(db: D1Database, releaseId: string): Promise<DecisionFacts | null> {
  const row = await db.prepare(`${FACTS} WHERE r.id = ?`).bind(Number(releaseId)).first<FactsRow>();
  return row === null ? null : readFacts(row);
}

export async function readDeskQueue(db: D1Database, limit: number): Promise<readonly ReleaseFacts[]> {
  const { results } = await db
    .prepare(`${FACTS} WHERE r.state = 'review' ORDER BY r.created_at, r.id LIMIT ?`)
    .bind(limit)
    .all<FactsRow>();
  return results.map(readFacts);
}

function readFacts(row: FactsRow): DecisionFacts {
  const checks: { name: string; result: CheckResult; findings: Finding[] }[] = JSON.parse(row.checks);
  const edited: string[] = JSON.parse(row.edited);
  return {
    releaseId: String(row.id),
    pluginId: String(row.plugin_id),
    publisherId: String(row.publisher_id),
    publisherHandle: row.handle,
    name: row.name,
    displayName: row.display_name,
    version: row.version,
    sha256: row.sha256,
    size: row.size,
    state: row.state,
    hasStatement: row.statement !== null,
    needsApproval: row.needs_approval === 1,
    velocityUntil: row.velocity_until,
    expected: readExpected(row.expected_checks),
    results: Object.fromEntries(checks.map(({ name, result }) => [name, result])),
    findings: checks.flatMap((check) => check.findings),
    decisionReason: row.decision_reason,
    uploadedBy: row.uploaded_by,
    createdAt: row.created_at,
    statement: row.statement,
    statementSha256: row.statement_sha256,
    serverSha256: row.server_sha256,
    manifest: row.manifest,
    publications: row.publications,
    lastReceiptSha256: row.last_receipt_sha256,
    pluginRev: row.rev,
    edited,
    pricing: readPricing(row.pricing),
  };
}
