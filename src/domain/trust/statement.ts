import * as z from "zod";
import { canonicalize } from "../json/canonical.ts";
import type { JsonObject } from "../json/json.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { type OpenedEnvelope, openEnvelope, type TrustedKey } from "./envelope.ts";
import type { TrustReason } from "./reasons.ts";

/** What a statement says about a bundle, as the strict reader found it. `domain/bundle`'s `OpenedBundle` has this shape. */
export interface StatedBundle {
  readonly size: number;
  readonly sha256: string;
  readonly sha512: string;
  readonly manifestSha256: string;
  readonly capabilities: object;
  readonly manifest: {
    readonly publisher: string;
    readonly name: string;
    readonly version: string;
    readonly channel: string;
    readonly minAppVersion: string;
    readonly maxAppVersion?: string | null | undefined;
  };
}

const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);
const TEXTS = z.array(z.string());
const COUNT = z.int().min(1).max(2_147_483_647);

const STATEMENT = z.strictObject({
  type: z.literal("rbsm-release-statement/1"),
  marketplace: z.string(),
  publisher: z.string(),
  name: z.string(),
  version: z.string(),
  channel: z.string(),
  minAppVersion: z.string(),
  maxAppVersion: z.string().nullable(),
  bundle: z.strictObject({
    size: z.int().min(1),
    sha256: HEX_256,
    sha512: z.string().regex(/^[0-9a-f]{128}$/),
  }),
  manifestSha256: HEX_256,
  capabilities: z.strictObject({
    dependencies: z.record(z.string(), z.string()),
    egress: TEXTS,
    events: TEXTS,
    optionalPermissions: TEXTS,
    permissions: TEXTS,
    publicRoutes: TEXTS,
    readableSecrets: TEXTS,
    schedules: TEXTS,
    secretHosts: TEXTS,
    ui: TEXTS,
  }),
  sequence: COUNT,
  previous: HEX_256.nullable(),
  keyId: HEX_256,
});
export type Statement = z.output<typeof STATEMENT>;

export interface OpenedStatement {
  readonly statement: Statement;
  /** Hex SHA-256 of the payload: what receipts bind and the next statement names as `previous`. */
  readonly sha256: string;
  readonly signatureSha256: string;
}

/** Where a plugin's chain of statements stands; a new plugin is at `{sequence: 0, statementSha256: null}`. */
export interface StatementHead {
  readonly sequence: number;
  readonly statementSha256: string | null;
}

/** The payload a publisher signs for a bundle: the next link of the plugin's chain. */
export function buildStatement(
  bundle: StatedBundle,
  marketplace: string,
  head: StatementHead,
  keyId: string,
): JsonObject & Statement {
  const { publisher, name, version, channel, minAppVersion, maxAppVersion } = bundle.manifest;
  return {
    type: "rbsm-release-statement/1",
    marketplace,
    publisher,
    name,
    version,
    channel,
    minAppVersion,
    maxAppVersion: maxAppVersion ?? null,
    bundle: { size: bundle.size, sha256: bundle.sha256, sha512: bundle.sha512 },
    manifestSha256: bundle.manifestSha256,
    capabilities: bundle.capabilities as Statement["capabilities"],
    sequence: head.sequence + 1,
    previous: head.statementSha256,
    keyId,
  };
}

/** Opens a statement signed by one of the publisher's keys, for this marketplace. */
export async function openStatement(
  envelope: unknown,
  marketplace: string,
  keys: readonly TrustedKey[],
): Promise<Result<OpenedStatement, Problem<TrustReason>>> {
  const opened = await openEnvelope(envelope, "rbsm-release-statement/1", keys);
  if (!opened.ok) return opened;
  const statement = readStatement(opened.value);
  if (!statement.ok) return statement;
  if (statement.value.marketplace !== marketplace)
    return refuse({ reason: "statement_wrong_marketplace", facts: { marketplace: statement.value.marketplace } });
  const { sha256, signatureSha256 } = opened.value;
  return ok({ statement: statement.value, sha256, signatureSha256 });
}

function readStatement({ payload, keyId }: OpenedEnvelope): Result<Statement, Problem<TrustReason>> {
  const parsed = STATEMENT.safeParse(payload);
  if (!parsed.success)
    return refuse({ reason: "document_malformed", facts: { field: parsed.error.issues[0]?.path.join(".") } });
  const { sequence, previous } = parsed.data;
  if (parsed.data.keyId !== keyId) return refuse({ reason: "statement_mismatch", facts: { field: "keyId" } });
  if ((sequence === 1) !== (previous === null)) return refuse({ reason: "statement_chain", facts: { sequence } });
  return ok(parsed.data);
}

/** Does the statement describe exactly these bytes? Name, version, publisher, channel, app range, digests, capabilities. */
export function matchStatement(statement: Statement, bundle: StatedBundle): Problem<TrustReason> | null {
  const { manifest } = bundle;
  const pairs = [
    ["name", statement.name, manifest.name],
    ["version", statement.version, manifest.version],
    ["publisher", statement.publisher, manifest.publisher],
    ["channel", statement.channel, manifest.channel],
    ["minAppVersion", statement.minAppVersion, manifest.minAppVersion],
    ["maxAppVersion", statement.maxAppVersion, manifest.maxAppVersion ?? null],
    ["bundle.size", statement.bundle.size, bundle.size],
    ["bundle.sha256", statement.bundle.sha256, bundle.sha256],
    ["bundle.sha512", statement.bundle.sha512, bundle.sha512],
  ] as const;
  const wrong = pairs.find(([, stated, found]) => stated !== found);
  if (wrong !== undefined) return { reason: "statement_mismatch", facts: { field: wrong[0] } };
  if (statement.manifestSha256 !== bundle.manifestSha256) return { reason: "statement_manifest" };
  // A statement that shows less than the bundle takes would buy consent for something else.
  const recomputed = canonicalize(bundle.capabilities as JsonObject);
  return canonicalize(statement.capabilities) === recomputed ? null : { reason: "statement_capabilities" };
}

/** Is the statement the next link after the head? If not, the publisher signs again after seeing what changed. */
export function judgeSequence(statement: Statement, head: StatementHead): Problem<"statement_stale"> | null {
  if (statement.sequence === head.sequence + 1 && statement.previous === head.statementSha256) return null;
  return { reason: "statement_stale", facts: { sequence: head.sequence, statementSha256: head.statementSha256 } };
}
