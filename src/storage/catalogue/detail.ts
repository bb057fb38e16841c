import type { PluginCard, PluginDetail } from "../../market/catalogue/views.ts";
import { readVersionRow, VERSION_SELECT, type VersionSqlRow } from "./rows.ts";

interface DetailRow {
  readonly readme: string;
  readonly changelog: string;
  readonly license: string;
  readonly homepage: string | null;
  readonly repository: string | null;
  readonly support_url: string | null;
  readonly support_email: string | null;
  readonly security: string;
  readonly egress: string | null;
  readonly events: string | null;
  readonly size: number;
  readonly statement_sha256: string | null;
  readonly statement_key_id: string | null;
  readonly receipt_sha256: string | null;
  readonly receipt_key_id: string | null;
  readonly publication: number | null;
  readonly published_at: number | null;
  readonly closure_digest: string;
  readonly reproducible: "yes" | "no" | null;
  readonly installs: number;
}

/** What the page shows beyond the card: one batch, whatever the number of versions. */
export async function readDetail(db: D1Database, card: PluginCard): Promise<PluginDetail> {
  const id = Number(card.id);
  const detail = db
    .prepare(
      `SELECT readme, changelog, json_extract(manifest, '$.license') AS license,
         json_extract(manifest, '$.homepage') AS homepage, json_extract(manifest, '$.repository') AS repository,
         json_extract(manifest, '$.support.url') AS support_url, json_extract(manifest, '$.support.email') AS support_email,
         json_extract(manifest, '$.security') AS security, json_extract(manifest, '$.egress') AS egress,
         json_extract(manifest, '$.events') AS events, size, statement_sha256, statement_key_id, receipt_sha256,
         json_extract(receipt, '$.signatures[0].keyId') AS receipt_key_id, publication, published_at, closure_digest, reproducible,
         (SELECT count(*) FROM activations a JOIN licenses l ON l.id = a.license_id
          WHERE l.plugin_id = ?1 AND a.released_at IS NULL AND a.lease_until > unixepoch()) AS installs
       FROM releases WHERE plugin_id = ?1 AND version = ?2 ORDER BY id DESC LIMIT 1`,
    )
    .bind(id, card.version);
  const versions = db.prepare(VERSION_SELECT).bind(id);
  const [details, rows] = await db.batch<DetailRow & VersionSqlRow>([detail, versions]);
  const row = details?.results[0];
  if (row === undefined) throw new Error(`plugin ${card.id} lost its release ${card.version}`);
  const events: { on: string }[] = JSON.parse(row.events ?? "[]");
  const egress: { host: string; reason: string }[] = JSON.parse(row.egress ?? "[]");
  return {
    ...card,
    readme: row.readme,
    changelog: row.changelog,
    license: row.license,
    homepage: row.homepage,
    repository: row.repository,
    support: { url: row.support_url, email: row.support_email },
    security: row.security,
    egress: egress.map(({ host, reason }) => ({ host, reason })),
    events: events.map((event) => event.on),
    size: row.size,
    trust: readTrust(row),
    activeInstalls: row.installs,
    versions: (rows?.results ?? []).map(readVersionRow),
  };
}

function readTrust(row: DetailRow): PluginDetail["trust"] {
  if (
    row.statement_sha256 === null ||
    row.statement_key_id === null ||
    row.receipt_sha256 === null ||
    row.publication === null ||
    row.published_at === null
  )
    return null;
  return {
    statementSha256: row.statement_sha256,
    publisherKeyId: row.statement_key_id,
    receiptSha256: row.receipt_sha256,
    receiptKeyId: row.receipt_key_id ?? "",
    publication: row.publication,
    publishedAt: row.published_at,
    closureDigest: row.closure_digest,
    reproducible: row.reproducible ?? "unknown",
  };
}
