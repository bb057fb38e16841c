import type { IssuedLicense, IssuedPage, IssuedWanted } from "../../market/publisher/ports.ts";

/** How the table spells unlimited. */
const UNLIMITED = -1;
const WHERE = `p.publisher_id = ?1 AND (?2 IS NULL OR l.id = ?2) AND (?3 IS NULL OR l.plugin_id = ?3)
  AND (?4 IS NULL OR l.state = ?4)`;

/** Licenses for the plugins of one publisher, whoever sold them. */
export async function readIssued(
  db: D1Database,
  publisherId: string,
  { licenseId, pluginId, state, page, limit }: IssuedWanted,
  now: number,
): Promise<IssuedPage> {
  const filter = [Number(publisherId), numberOf(licenseId), numberOf(pluginId), state ?? null];
  const [rows, count] = await db.batch([
    db
      .prepare(
        `SELECT l.id, l.plugin_id, p.name, p.display_name, l.instance_id, i.name AS instance_name, l.user_id, l.type,
           l.state, l.starts_at, l.expires_at, l.grace_until, l.max_installs, l.order_id,
           (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id AND a.seat_class = 'paid'
             AND a.released_at IS NULL AND a.lease_until > ?5) AS live,
           (SELECT k.hint FROM license_keys k WHERE k.license_id = l.id AND k.state = 'current' LIMIT 1) AS hint
         FROM licenses l JOIN plugins p ON p.id = l.plugin_id JOIN instances i ON i.id = l.instance_id
         WHERE ${WHERE} ORDER BY l.id DESC LIMIT ?6 OFFSET ?7`,
      )
      .bind(...filter, now, limit, (page - 1) * limit),
    db
      .prepare(`SELECT COUNT(*) AS n FROM licenses l JOIN plugins p ON p.id = l.plugin_id WHERE ${WHERE}`)
      .bind(...filter),
  ]);
  return {
    items: ((rows?.results ?? []) as unknown as IssuedSql[]).map(issuedOf),
    total: (count?.results[0] as { n: number } | undefined)?.n ?? 0,
  };
}

interface IssuedSql {
  id: number;
  plugin_id: number;
  name: string;
  display_name: string;
  instance_id: number;
  instance_name: string;
  user_id: string;
  type: IssuedLicense["type"];
  state: IssuedLicense["state"];
  starts_at: number;
  expires_at: number | null;
  grace_until: number | null;
  max_installs: number;
  order_id: string | null;
  live: number;
  hint: string | null;
}

function issuedOf(row: IssuedSql): IssuedLicense {
  return {
    id: String(row.id),
    plugin: { id: String(row.plugin_id), name: row.name, displayName: row.display_name },
    instance: { id: String(row.instance_id), name: row.instance_name },
    userId: row.user_id,
    type: row.type,
    state: row.state,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    graceUntil: row.grace_until,
    maxInstalls: row.max_installs === UNLIMITED ? null : row.max_installs,
    liveSeats: row.live,
    keyHint: row.hint,
    orderId: row.order_id,
  };
}

function numberOf(id: string | undefined): number | null {
  return id === undefined ? null : Number(id);
}
