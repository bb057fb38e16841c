import { encodeBase64 } from "../../domain/bytes.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { InstallationObject, Rate } from "./capability-ports.ts";
import { noteChange } from "./note-change.ts";
import type { RunOwner } from "./run-ports.ts";

/** How long what a plugin kept outlives its last installation on a device. */
export const KEPT_AFTER_UNINSTALL = 30 * DAY;
const MAX_ERASED_AT_ONCE = 20;
const PAGE = 100;
const FILES_PAGE = 20;
/** The file that passes it is still in the page: at most 4 MiB more, and base64 adds a third. */
const FILES_PAGE_BYTES = 4_194_304;
const EXPORT: Rate = { method: "export", perMinute: 600, globalPerMinute: Number.MAX_SAFE_INTEGER };
/** Before a cursor that the list of files made; cursors of values have no colon. */
const OF_FILES = "files:";

type Exported = Result<JsonObject, Problem<"installation_not_found" | "RATE_LIMITED" | "VALIDATION_ERROR">>;

/**
 * One page of everything a plugin keeps, for the admin; also of an installation that was released. Values come first, the
 * settings with the first of them; then files with their content in base64. Secrets cannot be taken out.
 */
export async function exportStorage(
  world: Pick<World, "executions" | "pluginStorage" | "settings">,
  owner: RunOwner,
  iid: string,
  cursor: string | undefined,
): Promise<Exported> {
  const storageId = await storageOf(world, owner, iid);
  if (storageId === null) return refuse({ reason: "installation_not_found" });
  const own = world.pluginStorage.of(storageId);
  if (cursor?.startsWith(OF_FILES)) return exportFiles(own, cursor.slice(OF_FILES.length));
  const act = { act: "list", prefix: "", limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } as const;
  const reply = await own.perform(EXPORT, act, null);
  if (!reply.ok) return refusalOf(reply.error);
  const page = reply.value as JsonObject;
  const { values } = cursor === undefined ? await world.settings.read(storageId) : { values: {} };
  const settings = Object.keys(values).length === 0 ? {} : { settings: values };
  if (page.cursor !== undefined) return ok({ ...page, ...settings });
  const files = await own.performFile(EXPORT, { act: "list", prefix: "", limit: 1 }, null);
  if (!files.ok) return refusalOf(files.error);
  const hasFiles = ((files.value as JsonObject).items as readonly Json[]).length > 0;
  return ok({ ...page, ...settings, ...(hasFiles ? { cursor: OF_FILES } : {}) });
}

/** Files until a page is full; a cursor leads from each to the next, so a page may end after any of them. */
async function exportFiles(own: InstallationObject, start: string): Promise<Exported> {
  const files: JsonObject[] = [];
  let cursor: string | undefined = start;
  for (let bytes = 0; cursor !== undefined && files.length < FILES_PAGE && bytes < FILES_PAGE_BYTES; ) {
    const after: { cursor?: string } = cursor === "" ? {} : { cursor };
    const listed = await own.performFile(EXPORT, { act: "list", prefix: "", limit: 1, ...after }, null);
    if (!listed.ok) return refusalOf(listed.error);
    const page = listed.value as { items: readonly (JsonObject & { key: string })[]; cursor?: string };
    for (const { key } of page.items) {
      const got = await own.performFile(EXPORT, { act: "get", key }, null);
      if (!got.ok) return refusalOf(got.error);
      // Deleted since it was listed.
      if (got.value === null || got.bytes === undefined) continue;
      bytes += got.bytes.length;
      files.push({ ...(got.value as JsonObject), base64: encodeBase64(got.bytes) });
    }
    cursor = page.cursor;
  }
  return ok({ items: [], files, ...(cursor === undefined ? {} : { cursor: OF_FILES + cursor }) });
}

function refusalOf({ code, retryAfter }: { readonly code: string; readonly retryAfter?: number }): Exported {
  if (code === "rate_limited") return refuse({ reason: "RATE_LIMITED", facts: { retryAfter: retryAfter ?? 60 } });
  const errors = [{ pointer: "/cursor", detail: "was not made by this list" }];
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
}

/** Gone at once: values, files and counters, settings and secrets. */
export async function eraseStorage(
  world: Pick<World, "executions" | "pluginStorage" | "keptStorages" | "settings" | "audit" | "clock">,
  owner: RunOwner,
  iid: string,
): Promise<Result<{ readonly installationId: string }, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(iid, owner);
  const storageId = await storageOf(world, owner, iid);
  if (found === null || storageId === null) return refuse({ reason: "installation_not_found" });
  await world.pluginStorage.of(storageId).erase();
  await world.settings.erase(storageId);
  const now = unixSeconds(world.clock.now());
  await world.keptStorages.noteErased(storageId, "asked", now);
  await noteChange(world, owner, found.activationId, "installation.storage_erased", {}, now);
  return ok({ installationId: found.installationId });
}

/** Thirty days after the last installation on a device was released, what it kept is gone, settings and secrets too. */
export async function sweepStorages(
  world: Pick<World, "pluginStorage" | "keptStorages" | "settings" | "clock">,
): Promise<void> {
  const now = unixSeconds(world.clock.now());
  for (const { storageId, activationIds } of await world.keptStorages.abandoned(
    now - KEPT_AFTER_UNINSTALL,
    MAX_ERASED_AT_ONCE,
  )) {
    await world.pluginStorage.of(storageId).erase();
    for (const id of new Set([storageId, ...activationIds])) await world.settings.erase(id);
    await world.keptStorages.noteErased(storageId, "uninstalled", now);
  }
}

async function storageOf(world: Pick<World, "executions">, owner: RunOwner, iid: string): Promise<string | null> {
  const found = await world.executions.findInstallation(iid, owner);
  const installation = found === null ? null : await world.executions.installation(found.activationId);
  return installation?.storageId ?? null;
}
