import type { JsonObject } from "../json/json.ts";
import { compareVersions } from "../release/version.ts";
import { isoTime } from "../time.ts";
import type { Advisory } from "./advisory.ts";
import { severityOf } from "./cvss.ts";

export const OSV_SCHEMA_VERSION = "1.6.7";
export const ECOSYSTEM = "Rising-BSM";

/**
 * An advisory in the Open Source Vulnerability format (ossf.github.io/osv-schema), so that scanners people already have can
 * read it. Versions are listed one by one; the range is told by its first affected and its fixed version.
 */
export function osvOf(advisory: Advisory, origin: string): JsonObject {
  const { id, plugin, severity, fixed, summary, details, aliases, credits, links, versions, score } = advisory;
  const introduced = [...versions].sort(compareVersions)[0] ?? "0";
  return {
    schema_version: OSV_SCHEMA_VERSION,
    id,
    modified: isoTime(advisory.updatedAt),
    ...(advisory.confirmedAt === null ? {} : { published: isoTime(advisory.confirmedAt) }),
    ...(advisory.withdrawnAt === null ? {} : { withdrawn: isoTime(advisory.withdrawnAt) }),
    ...(aliases.length === 0 ? {} : { aliases }),
    summary,
    details,
    severity: [{ type: "CVSS_V3", score: severity }],
    affected: [
      {
        package: { ecosystem: ECOSYSTEM, name: plugin, purl: `pkg:generic/rising-bsm/${plugin}` },
        ranges: [
          {
            type: "SEMVER",
            events: [{ introduced }, ...(fixed === null ? [] : [{ fixed }])],
          },
        ],
        versions,
        database_specific: { range: advisory.affected },
      },
    ],
    references: [
      { type: "ADVISORY", url: `${origin}/advisories/${id}` },
      { type: "PACKAGE", url: `${origin}/plugins/${plugin}` },
      ...links.map((url) => ({ type: "WEB", url })),
    ],
    ...(credits.length === 0 ? {} : { credits: credits.map((name) => ({ name })) }),
    database_specific: { severity: severityOf(score), score: score / 10, publisher: advisory.publisher },
  };
}
