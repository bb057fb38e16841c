import * as z from "zod";
import { SLOT_NAME } from "../../domain/ui/slots.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const CALLER = { kind: "instance_or_account", scope: "instance:manage" } as const;
const INSTALLATION = { installationId: /^[A-Za-z0-9_-]{4,64}$/ };

const USER = z.object({
  id: z.string().min(1).max(40),
  name: z.string().max(200).exactOptional(),
  email: z.string().max(320).exactOptional(),
  role: z.string().max(40).exactOptional(),
  permissions: z.array(z.string().max(60)).max(200).exactOptional(),
});
const ENTITY = z.string().min(1).max(64);
const THEME = z.strictObject({
  mode: z.enum(["light", "dark"]).default("light"),
  tokens: z.record(z.string().max(40), z.string().max(120)).default({}),
});
const ROUTE = z.string().max(400);
const VALUES = z.record(z.string().max(40), z.union([z.string().max(20_000), z.array(z.string().max(2000)).max(100)]));
const VIEW_REASONS = [
  "installation_not_found",
  "slot_not_found",
  "plugin_stopped",
  "PERMISSION_DENIED",
  "VALIDATION_ERROR",
] as const;

/** Pages, widgets and settings panels of plugins, shown inside an instance. */
export const UI_OPERATIONS = {
  createUiTicket: {
    id: "createUiTicket",
    method: "POST",
    path: "/v1/installations/{installationId}/ui-tickets",
    summary: "A ticket with which one user's browser shows one view of a plugin, for ten minutes at most",
    tag: "installations",
    caller: CALLER,
    params: INSTALLATION,
    body: {
      type: "json",
      schema: z.strictObject({
        slot: z.string().regex(SLOT_NAME),
        user: USER,
        entityId: ENTITY.exactOptional(),
        theme: THEME.exactOptional(),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: {
      201: z.object({
        ticket: z.string(),
        url: z.string(),
        view: z.enum(["blocks", "frame"]),
        title: z.string(),
        refreshSeconds: z.int().optional(),
        expiresAt: z.string(),
      }),
    },
    problems: VIEW_REASONS,
  },
  renderUiSlot: {
    id: "renderUiSlot",
    method: "POST",
    path: "/v1/installations/{installationId}/ui/{slot}",
    summary:
      "A view made of blocks as a fragment of HTML without script; what a form of it sent comes back as action and values",
    tag: "installations",
    caller: CALLER,
    params: { ...INSTALLATION, slot: SLOT_NAME },
    body: {
      type: "json",
      schema: z.strictObject({
        user: USER,
        entityId: ENTITY.exactOptional(),
        /** `rbsm-route` of a link or form. */
        route: ROUTE.exactOptional(),
        /** `rbsm-action` of a form: `"POST /notes"`. */
        action: z
          .string()
          .regex(/^(?:POST|PUT|PATCH|DELETE) \/[A-Za-z0-9._~/-]{1,200}$/)
          .exactOptional(),
        values: VALUES.exactOptional(),
        /** Address of the instance's own page, where forms and links lead; the same page where nothing is said. */
        address: z
          .string()
          .max(500)
          .regex(/^\/(?!\/)[A-Za-z0-9._~/-]*$/)
          .exactOptional(),
      }),
      maxBytes: MAX_JSON_BYTES * 2,
    },
    answers: { 200: "text/html" },
    problems: [
      ...VIEW_REASONS,
      "RATE_LIMITED",
      "plugin_failed",
      "plugin_timeout",
      "route_not_found",
      "view_invalid",
      "view_is_frame",
    ],
  },
} as const satisfies Record<string, Operation>;
