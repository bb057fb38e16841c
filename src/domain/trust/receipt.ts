import * as z from "zod";
import type { JsonObject } from "../json/json.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { openEnvelope, type TrustedKey } from "./envelope.ts";
import type { TrustReason } from "./reasons.ts";
import type { OpenedStatement } from "./statement.ts";

const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);

const RECEIPT = z.strictObject({
  type: z.literal("rbsm-release-receipt/1"),
  marketplace: z.string(),
  name: z.string(),
  version: z.string(),
  statementSha256: HEX_256,
  publisherSignatureSha256: HEX_256,
  publication: z.int().min(1).max(2_147_483_647),
  previousReceipt: HEX_256.nullable(),
  publishedAt: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
  delivery: z.enum(["public", "gated", "sealed"]),
  sealed: z.strictObject({ size: z.int().min(1), sha256: HEX_256, commitment: HEX_256 }).nullable(),
  policy: z.string(),
  review: z.enum(["automatic", "human", "two_person"]),
  keyId: HEX_256,
});
export type Receipt = z.output<typeof RECEIPT>;

export interface OpenedReceipt {
  readonly receipt: Receipt;
  /** Hex SHA-256 of the payload: the next receipt names it as `previousReceipt`. */
  readonly sha256: string;
}

export interface ReceiptTerms {
  readonly publication: number;
  readonly previousReceipt: string | null;
  /** `signedTime` of the publication. */
  readonly publishedAt: string;
  readonly delivery: Receipt["delivery"];
  readonly sealed: Receipt["sealed"];
  readonly policy: string;
  readonly review: Receipt["review"];
  /** Of the marketplace's receipt key. */
  readonly keyId: string;
}

/** The payload the marketplace signs when it publishes: it binds the publisher's statement and that very signature. */
export function buildReceipt(opened: OpenedStatement, terms: ReceiptTerms): JsonObject & Receipt {
  const { marketplace, name, version } = opened.statement;
  return {
    type: "rbsm-release-receipt/1",
    marketplace,
    name,
    version,
    statementSha256: opened.sha256,
    publisherSignatureSha256: opened.signatureSha256,
    ...terms,
  };
}

/** Opens a receipt signed by one of the pinned marketplace keys. */
export async function openReceipt(
  envelope: unknown,
  marketplace: string,
  keys: readonly TrustedKey[],
): Promise<Result<OpenedReceipt, Problem<TrustReason>>> {
  const opened = await openEnvelope(envelope, "rbsm-release-receipt/1", keys);
  if (!opened.ok) return opened;
  const parsed = RECEIPT.safeParse(opened.value.payload);
  if (!parsed.success)
    return refuse({ reason: "document_malformed", facts: { field: parsed.error.issues[0]?.path.join(".") } });
  const receipt = parsed.data;
  if (receipt.keyId !== opened.value.keyId) return refuse({ reason: "receipt_mismatch", facts: { field: "keyId" } });
  if (receipt.marketplace !== marketplace)
    return refuse({ reason: "receipt_mismatch", facts: { field: "marketplace" } });
  if ((receipt.delivery === "sealed") !== (receipt.sealed !== null))
    return refuse({ reason: "receipt_mismatch", facts: { field: "sealed" } });
  if ((receipt.publication === 1) !== (receipt.previousReceipt === null))
    return refuse({ reason: "receipt_chain", facts: { publication: receipt.publication } });
  return ok({ receipt, sha256: opened.value.sha256 });
}

/** Does the receipt bind this statement and this signature, for the same name and version? */
export function matchReceipt({ receipt }: OpenedReceipt, opened: OpenedStatement): Problem<TrustReason> | null {
  const pairs = [
    ["statementSha256", receipt.statementSha256, opened.sha256],
    ["publisherSignatureSha256", receipt.publisherSignatureSha256, opened.signatureSha256],
    ["name", receipt.name, opened.statement.name],
    ["version", receipt.version, opened.statement.version],
  ] as const;
  const wrong = pairs.find(([, bound, found]) => bound !== found);
  return wrong === undefined ? null : { reason: "receipt_mismatch", facts: { field: wrong[0] } };
}
