import * as z from "zod";
import type { Json } from "../json/json.ts";
import { ok, type Result, refuse } from "../result.ts";
import { pointerTo } from "./problem.ts";
import { SETTING_KEY, SETTING_TYPES } from "./settings.ts";

/** Whether the step can be taken back; one that cannot makes a rollback lose settings. */
const UNDOABLE = z.boolean();
const VALUE = z.union([z.string().max(2000), z.int(), z.boolean(), z.array(z.string()).max(40)]);

const STEP = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("rename"), key: SETTING_KEY, to: SETTING_KEY, undoable: UNDOABLE }),
  z.strictObject({ op: z.literal("drop"), key: SETTING_KEY, undoable: UNDOABLE }),
  z.strictObject({ op: z.literal("set"), key: SETTING_KEY, value: VALUE, undoable: UNDOABLE }),
  z.strictObject({
    op: z.literal("mapValues"),
    key: SETTING_KEY,
    values: z.record(z.string().max(200), VALUE),
    undoable: UNDOABLE,
  }),
  z.strictObject({ op: z.literal("toType"), key: SETTING_KEY, type: z.enum(SETTING_TYPES), undoable: UNDOABLE }),
]);

const MIGRATION = z.strictObject({ operations: z.array(STEP).min(1).max(100) });

/** One `migrations/settings-<n>.json` (README, Settings migrations). */
export type Migration = z.output<typeof MIGRATION>;

export function parseMigration(value: Json): Result<Migration, { readonly pointer: string; readonly detail: string }> {
  const parsed = MIGRATION.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return refuse({ pointer: pointerTo(issue?.path ?? []), detail: issue?.message ?? "not a migration" });
}
