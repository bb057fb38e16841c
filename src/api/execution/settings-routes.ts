import type { Hono } from "hono";
import { SETTINGS_OPERATIONS } from "../../contract/execution/settings-operations.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { dropSecret, putSecret, type SecretView } from "../../market/execution/secrets.ts";
import { type SettingsView, saveSettings, showSettings } from "../../market/execution/settings.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { installationOwner } from "./installation-owner.ts";

/** Settings and secrets of one installation, for its instance and the owner of that. */
export function registerSettingsRoutes(app: Hono<ApiEnv>): void {
  route(app, SETTINGS_OPERATIONS.getSettings, async ({ world, principal, params }) => {
    const found = await showSettings(world, installationOwner(principal), params.installationId ?? "");
    return found.ok ? ok({ body: presentSettings(found.value) }) : found;
  });

  route(app, SETTINGS_OPERATIONS.putSettings, async ({ world, principal, params, body }) => {
    const owner = installationOwner(principal);
    const saved = await saveSettings(world, owner, params.installationId ?? "", body.values as JsonObject);
    return saved.ok ? ok({ body: presentSettings(saved.value) }) : saved;
  });

  route(app, SETTINGS_OPERATIONS.putSecret, async ({ world, principal, params, body }) => {
    const { installationId = "", key = "" } = params;
    const kept = await putSecret(world, installationOwner(principal), installationId, key, body.value);
    return kept.ok ? ok({ body: presentSecret(kept.value) }) : kept;
  });

  route(app, SETTINGS_OPERATIONS.deleteSecret, async ({ world, principal, params }) => {
    const { installationId = "", key = "" } = params;
    const dropped = await dropSecret(world, installationOwner(principal), installationId, key);
    return dropped.ok ? ok({ body: presentSecret(dropped.value) }) : dropped;
  });
}

function presentSettings({ updatedAt, secrets, ...rest }: SettingsView) {
  return {
    ...rest,
    secrets: secrets.map(presentSecret),
    ...(updatedAt === undefined ? {} : { updatedAt: isoTime(updatedAt) }),
  };
}

function presentSecret({ updatedAt, ...rest }: SecretView) {
  return { ...rest, ...(updatedAt === undefined ? {} : { updatedAt: isoTime(updatedAt) }) };
}
