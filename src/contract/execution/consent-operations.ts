import * as z from "zod";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const INSTALLATION = { installationId: /^[A-Za-z0-9_-]{4,64}$/ };
const CALLER = { kind: "instance_or_account", scope: "instance:manage" } as const;
const VERSION = z.string().min(1).max(64);
const CHANGE = z.object({ added: z.array(z.string()), removed: z.array(z.string()) });

const DIFF = z.object({
  installationId: z.string(),
  activationId: z.string(),
  /** What the instance holds. */
  installedVersion: z.string(),
  /** What runs: the installed version, or an older one while that waits for consent. */
  runningVersion: z.string(),
  version: z.string(),
  closureDigest: z.string(),
  permissions: z.array(z.object({ code: z.string(), description: z.string(), required: z.boolean() })),
  /** What a person consents to. */
  capabilities: z.record(z.string(), z.json()),
  /** Held against what this installation granted. */
  changes: z.record(z.string(), CHANGE),
  nowRequired: z.array(z.string()),
  isGrowth: z.boolean(),
  consent: z.object({
    isGiven: z.boolean(),
    grantedPermissions: z.array(z.string()).optional(),
    declined: z.array(z.string()).optional(),
    at: z.string().optional(),
  }),
});

/** Consent of one installation, per version. */
export const CONSENT_OPERATIONS = {
  getCapabilityDiff: {
    id: "getCapabilityDiff",
    method: "GET",
    path: "/v1/installations/{installationId}/capability-diff",
    summary: "What a version asks for beside what this installation granted; the newest version where none is named",
    tag: "installations",
    caller: CALLER,
    params: INSTALLATION,
    query: z.object({ version: VERSION.optional() }),
    answers: { 200: DIFF },
    problems: ["installation_not_found", "release_not_found", "VALIDATION_ERROR"],
  },
  putConsent: {
    id: "putConsent",
    method: "PUT",
    path: "/v1/installations/{installationId}/consent",
    summary: "Consent to what a version asks for; until then an update goes on with the version that has consent",
    tag: "installations",
    caller: CALLER,
    params: INSTALLATION,
    body: {
      type: "json",
      schema: z.strictObject({
        version: VERSION,
        grantedPermissions: z.array(z.string().max(60)).max(40),
        closureDigest: z.string().max(64),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: DIFF },
    problems: [
      "installation_not_found",
      "release_not_found",
      "VALIDATION_ERROR",
      "consent_incomplete",
      "consent_stale",
    ],
  },
} as const satisfies Record<string, Operation>;
