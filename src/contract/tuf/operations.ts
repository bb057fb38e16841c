import * as z from "zod";
import type { Operation } from "../operation.ts";

const DOCUMENT_REFUSALS = ["tuf_malformed", "tuf_version", "tuf_expired", "tuf_threshold", "tuf_roles"] as const;
/** A root or `targets` with its signatures, as text; 256 delegations are about 50 KB. */
const MAX_DOCUMENT = 500_000;
const accepts = (kind: "root" | "targets") =>
  ({
    method: "POST",
    path: `/v1/desk/tuf/${kind}`,
    tag: "desk",
    caller: { kind: "account", scope: "desk:accounts" },
    body: { type: "json", schema: z.object({ document: z.string().min(1).max(MAX_DOCUMENT) }), maxBytes: 600_000 },
    answers: { 200: z.object({ version: z.int() }) },
    problems: [
      "AUTHENTICATION_REQUIRED",
      "PERMISSION_DENIED",
      "BODY_INVALID",
      "BODY_TOO_LARGE",
      "MEDIA_TYPE_UNSUPPORTED",
      "VALIDATION_ERROR",
      ...DOCUMENT_REFUSALS,
    ],
  }) as const;

/** The update repository (src/domain/tuf/README.md); targets lie below `/tuf/targets/`. */
export const TUF_OPERATIONS = {
  showTufFile: {
    id: "showTufFile",
    method: "GET",
    path: "/tuf/{file}",
    summary: "A metadata file of the update repository: `1.root.json`, `timestamp.json`, `7.snapshot.json`",
    tag: "service",
    caller: { kind: "none" },
    params: { file: /^(?:timestamp|[1-9][0-9]{0,9}\.(?:root|targets|snapshot|revocations|bin-[0-9a-f]{2}))\.json$/ },
    answers: { 200: "application/json" },
    problems: ["NOT_FOUND"],
  },
  acceptTufRoot: { ...accepts("root"), id: "acceptTufRoot", summary: "Publish the next root, signed offline" },
  acceptTufTargets: {
    ...accepts("targets"),
    id: "acceptTufTargets",
    summary: "Publish delegations of the update repository, signed offline",
  },
} as const satisfies Record<string, Operation>;
