import * as z from "zod";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const INSTALLATION = { installationId: /^[A-Za-z0-9_-]{4,64}$/ };
const CALLER = { kind: "instance_or_account", scope: "instance:manage" } as const;
const MAX_SECRET_BYTES = 32_768;

const SECRET = z.object({ key: z.string(), isSet: z.boolean(), updatedAt: z.string().optional() });
const SETTINGS = z.object({
  installationId: z.string(),
  activationId: z.string(),
  version: z.string(),
  /** Fields of the manifest's settings, as the publisher wrote them. */
  fields: z.array(z.looseObject({ key: z.string(), type: z.string(), label: z.string() })),
  values: z.record(z.string(), z.json()),
  secrets: z.array(SECRET),
  missing: z.array(z.string()),
  updatedAt: z.string().optional(),
});

/** What an admin sets for one installation of a plugin. */
export const SETTINGS_OPERATIONS = {
  getSettings: {
    id: "getSettings",
    method: "GET",
    path: "/v1/installations/{installationId}/settings",
    summary: "The plugin's settings: fields, values, which secrets are set; never a secret itself",
    tag: "installations",
    caller: CALLER,
    params: INSTALLATION,
    answers: { 200: SETTINGS },
    problems: ["installation_not_found"],
  },
  putSettings: {
    id: "putSettings",
    method: "PUT",
    path: "/v1/installations/{installationId}/settings",
    summary: "Sets all values at once; what is left out falls back to its default",
    tag: "installations",
    caller: CALLER,
    params: INSTALLATION,
    body: {
      type: "json",
      schema: z.strictObject({ values: z.record(z.string().max(40), z.json()) }),
      maxBytes: MAX_JSON_BYTES * 2,
    },
    answers: { 200: SETTINGS },
    problems: ["installation_not_found", "VALIDATION_ERROR"],
  },
  putSecret: {
    id: "putSecret",
    method: "PUT",
    path: "/v1/installations/{installationId}/secrets/{key}",
    summary: "Sets a secret of the plugin's settings; it is never shown again",
    tag: "installations",
    caller: CALLER,
    params: { ...INSTALLATION, key: /^[a-z][a-zA-Z0-9]{0,39}$/ },
    body: { type: "json", schema: z.strictObject({ value: z.string() }), maxBytes: MAX_SECRET_BYTES },
    answers: { 200: SECRET },
    problems: ["installation_not_found", "NOT_FOUND", "VALIDATION_ERROR"],
  },
  deleteSecret: {
    id: "deleteSecret",
    method: "DELETE",
    path: "/v1/installations/{installationId}/secrets/{key}",
    summary: "Forgets a secret of the plugin's settings",
    tag: "installations",
    caller: CALLER,
    params: { ...INSTALLATION, key: /^[a-z][a-zA-Z0-9]{0,39}$/ },
    answers: { 200: SECRET },
    problems: ["installation_not_found", "NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
