import * as z from "zod";
import { ROLES } from "../../domain/account/publisher.ts";
import { SIGN_IN_METHODS } from "../../domain/account/session.ts";
import type { Operation } from "../operation.ts";

const HANDLE = /^[a-z0-9-]{2,39}$/;
const HEX_256 = /^[0-9a-f]{64}$/;

const ORGANIZATION = z.object({ id: z.string(), handle: z.string(), displayName: z.string(), role: z.enum(ROLES) });
const MANAGING = { kind: "account", scope: "token:manage" } as const;

/** What a person has: instances, organizations, browsers that are signed in. */
export const PERSON_OPERATIONS = {
  listInstances: {
    id: "listInstances",
    method: "GET",
    path: "/v1/instances",
    summary: "Instances this account registered, or manages for an organization",
    tag: "instances",
    caller: { kind: "account", scope: "instance:manage" },
    answers: {
      200: z.object({
        instances: z.array(
          z.object({
            instanceId: z.string(),
            name: z.string(),
            url: z.string(),
            appVersion: z.string(),
            state: z.enum(["active", "suspended"]),
            mode: z.enum(["push", "pull"]),
            hasHostKey: z.boolean(),
            organization: z.string().optional(),
            webhookPausedAt: z.string().optional(),
            lastSeenAt: z.string().optional().describe("Newest sign of life of any of its installations"),
            installed: z.int(),
            licenses: z.int(),
          }),
        ),
      }),
    },
    problems: [],
  },
  listOrganizations: {
    id: "listOrganizations",
    method: "GET",
    path: "/v1/organizations",
    summary: "Organizations this account is a member of, with its role",
    tag: "accounts",
    caller: MANAGING,
    answers: { 200: z.object({ organizations: z.array(ORGANIZATION) }) },
    problems: [],
  },
  showOrganization: {
    id: "showOrganization",
    method: "GET",
    path: "/v1/organizations/{handle}",
    params: { handle: HANDLE },
    summary: "Members of an organization; owners also see addresses and open invitations",
    tag: "accounts",
    caller: MANAGING,
    answers: {
      200: z.object({
        ...ORGANIZATION.shape,
        hasKey: z.boolean(),
        members: z.array(
          z.object({
            accountId: z.string(),
            name: z.string(),
            email: z.string().optional(),
            role: z.enum(ROLES),
            since: z.string(),
          }),
        ),
        invitations: z.array(z.object({ email: z.string(), role: z.enum(ROLES), expiresAt: z.string() })),
      }),
    },
    problems: ["NOT_FOUND"],
  },
  listSessions: {
    id: "listSessions",
    method: "GET",
    path: "/v1/sessions",
    summary: "Browsers in which this account is signed in, the latest used first",
    tag: "accounts",
    caller: MANAGING,
    answers: {
      200: z.object({
        sessions: z.array(
          z.object({
            id: z.string().regex(HEX_256),
            method: z.enum(SIGN_IN_METHODS),
            address: z.string().optional(),
            userAgent: z.string().optional(),
            isCurrent: z.boolean(),
            createdAt: z.string(),
            seenAt: z.string(),
            expiresAt: z.string(),
          }),
        ),
      }),
    },
    problems: [],
  },
  endSession: {
    id: "endSession",
    method: "DELETE",
    path: "/v1/sessions/{id}",
    params: { id: HEX_256 },
    summary: "Sign a browser out, at once",
    tag: "accounts",
    caller: MANAGING,
    answers: { 200: z.object({ id: z.string(), ended: z.literal(true) }) },
    problems: ["NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
