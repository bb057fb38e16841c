import * as z from "zod";
import type { Capabilities } from "../manifest/capabilities.ts";
import { CHANNELS } from "../manifest/permissions.ts";
import { peekPayload } from "../trust/envelope.ts";
import { type CapabilityTable, releaseKey, type UpdateDocument, type UpdateRelease } from "./document.ts";
import { ROLLOUT_STATES } from "./rollout.ts";

const TIME = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const ENVELOPE = z.looseObject({ payload: z.string() });
const INDEX = z.looseObject({
  type: z.literal("rbsm-index/1"),
  name: z.string(),
  state: z.enum(["active", "deprecated", "archived", "quarantined", "removed"]),
  floor: z.string().nullable(),
  advisories: z.array(
    z.looseObject({ id: z.string(), affected: z.string(), fixed: z.string().nullable(), confirmedAt: TIME }),
  ),
  releases: z.array(
    z.looseObject({
      version: z.string(),
      state: z.enum(["published", "deprecated", "yanked", "blocked"]),
      channel: z.enum(CHANNELS),
      sha256: z.string(),
      size: z.int(),
      publication: z.int(),
      statement: ENVELOPE,
      receipt: ENVELOPE,
      dependencies: z.record(z.string(), z.string()),
      app: z.looseObject({ min: z.string(), max: z.string().nullable() }),
      yankReason: z.string().nullable(),
      notice: z.looseObject({ message: z.string(), replacement: z.string().nullable() }).nullable(),
      rollout: z
        .looseObject({
          state: z.enum(ROLLOUT_STATES),
          startsAt: TIME,
          steps: z.array(z.looseObject({ after: z.int(), basisPoints: z.int() })),
          least: z.int(),
        })
        .nullable(),
    }),
  ),
});
type IndexedRelease = z.output<typeof INDEX>["releases"][number];

/**
 * The index of a plugin as it lies in the update repository (`index/<name>.json`), for whoever decides alone. Who hands it in
 * verified it as a target; statements and receipts in it are verified where a release is installed. Null: it is none.
 */
export function readUpdateIndex(
  value: unknown,
): { readonly document: UpdateDocument; readonly capabilities: CapabilityTable } | null {
  const parsed = INDEX.safeParse(value);
  if (!parsed.success) return null;
  const { name, state, floor, advisories, releases } = parsed.data;
  const table = new Map<string, Capabilities>();
  const read: UpdateRelease[] = [];
  for (const entry of releases) {
    const [statement, receipt] = [peekPayload(entry.statement), peekPayload(entry.receipt)];
    if (!statement.ok || !receipt.ok) return null;
    const { publisher, capabilities } = statement.value;
    const publishedAt = secondsOf(receipt.value.publishedAt);
    if (typeof publisher !== "string" || publishedAt === null) return null;
    // Its shape is the publisher's signed word; the statement's own parser judges it before anything is installed.
    table.set(releaseKey(name, entry.version), capabilities as unknown as Capabilities);
    read.push(releaseOf(entry, publisher, publishedAt));
  }
  const confirmed = advisories.map(({ id, affected, fixed, confirmedAt }) => ({
    id,
    affected,
    fixed,
    confirmedAt: secondsOf(confirmedAt) ?? 0,
  }));
  return { document: { name, state, floor, advisories: confirmed, releases: read }, capabilities: table };
}

function releaseOf(entry: IndexedRelease, publisher: string, publishedAt: number): UpdateRelease {
  const { version, state, channel, sha256, size, publication, dependencies, app, yankReason, notice, rollout } = entry;
  return {
    version,
    state,
    channel,
    sha256,
    size,
    publication,
    publishedAt,
    publisher,
    dependencies,
    minAppVersion: app.min,
    maxAppVersion: app.max,
    notice: (state === "yanked" ? yankReason : null) ?? notice?.message ?? null,
    replacement: notice?.replacement ?? null,
    rollout:
      rollout === null
        ? null
        : {
            state: rollout.state,
            startsAt: secondsOf(rollout.startsAt) ?? 0,
            steps: rollout.steps.map(({ after, basisPoints }) => ({ after, basisPoints })),
            least: rollout.least,
          },
  };
}

function secondsOf(text: unknown): number | null {
  const milliseconds = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
