import * as z from "zod";
import type { Operation } from "../operation.ts";
import * as shapes from "./shapes.ts";

/** Signed documents that anybody may read (KEYS.md of src/domain/license). */
export const LIST_OPERATIONS = {
  showRevocations: {
    id: "showRevocations",
    method: "GET",
    path: "/v1/licenses/revocations",
    summary: "The signed revocation list: everything, or what came after `since`",
    tag: "licenses",
    caller: { kind: "none" },
    query: z.object({ since: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0) }),
    answers: { 200: "application/jose" },
    problems: ["SIGNER_UNAVAILABLE"],
  },
  listLicenseKeys: {
    id: "listLicenseKeys",
    method: "GET",
    path: "/v1/licenses/keys",
    summary: "Public keys of leases, offline files and the revocation list, as a JWK set",
    tag: "licenses",
    caller: { kind: "none" },
    answers: { 200: shapes.JWKS },
    problems: [],
  },
  listLeaseKeys: {
    id: "listLeaseKeys",
    method: "GET",
    path: "/v1/keys",
    summary: "Public keys of leases and verdicts, as a JWK set",
    tag: "service",
    caller: { kind: "none" },
    answers: { 200: shapes.JWKS },
    problems: [],
  },
  showJwks: {
    id: "showJwks",
    method: "GET",
    path: "/.well-known/jwks.json",
    summary: "The same",
    tag: "service",
    caller: { kind: "none" },
    answers: { 200: shapes.JWKS },
    problems: [],
  },
  showTime: {
    id: "showTime",
    method: "GET",
    path: "/v1/time",
    summary: "Our clock, as a signed verdict",
    tag: "service",
    caller: { kind: "none" },
    query: z.object({ nonce: shapes.NONCE.optional() }),
    answers: { 200: z.object({ now: z.string(), verdict: z.string() }) },
    problems: ["VALIDATION_ERROR", "SIGNER_UNAVAILABLE"],
  },
} as const satisfies Record<string, Operation>;
