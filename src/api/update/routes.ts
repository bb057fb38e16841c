import type { Hono } from "hono";
import { UPDATE_OPERATIONS } from "../../contract/update/operations.ts";
import { showDecisions } from "../../contract/update/show-decisions.ts";
import type { Channel } from "../../domain/manifest/permissions.ts";
import { parseVersion } from "../../domain/release/version.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import type { InstalledPlugin } from "../../domain/update/document.ts";
import { type CheckedUpdates, checkUpdates } from "../../market/update/check-updates.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = UPDATE_OPERATIONS;

/** What instances ask about their plugins. */
export function registerUpdateRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.checkUpdates, async ({ world, principal, body }) => {
    if (principal.kind !== "instance") throw new Error("only an instance may call this");
    const plugins = body.plugins.map(readInstalled);
    const request = { instanceId: principal.instanceId, appVersion: readAppVersion(body.appVersion), plugins };
    const checked = await checkUpdates(world, request);
    return checked.ok ? ok({ body: showUpdates(checked.value) }) : checked;
  });
  route(app, OPS.showUpdates, async ({ world, principal, query }) => {
    if (principal.kind !== "instance") throw new Error("only an instance may call this");
    const plugins = [query.plugin].flat().map((text) => {
      const at = text.indexOf("@");
      return readInstalled({ name: text.slice(0, at), version: text.slice(at + 1) });
    });
    const request = { instanceId: principal.instanceId, appVersion: readAppVersion(query.appVersion), plugins };
    const checked = await checkUpdates(world, request);
    return checked.ok ? ok({ body: showUpdates(checked.value) }) : checked;
  });
}

interface SentWishes {
  readonly version: string;
  readonly sha256?: string | undefined;
  readonly channel?: Channel | undefined;
  readonly closureDigest?: string | undefined;
  readonly auto?: boolean | undefined;
  readonly cooldownDays?: number | undefined;
}

export function readInstalled(sent: SentWishes & { readonly name: string }): InstalledPlugin {
  return { name: sent.name, ...readWishes(sent) };
}

/** What an instance leaves out is the cautious thing: stable, and nothing by itself. */
export function readWishes(sent: SentWishes): Omit<InstalledPlugin, "name"> {
  const { version, sha256 = null, channel = "stable", closureDigest = null, auto = false, cooldownDays = 0 } = sent;
  return { version, sha256, channel, closureDigest, auto, cooldownDays };
}

/** A host that names its version differently is offered everything. */
export function readAppVersion(text: string | undefined): string | null {
  return text !== undefined && parseVersion(text) !== null ? text : null;
}

function showUpdates({ at, nextCheckSeconds, seen, ...decisions }: CheckedUpdates) {
  return { checkedAt: isoTime(at), nextCheckSeconds, ...showDecisions(decisions), seen };
}
