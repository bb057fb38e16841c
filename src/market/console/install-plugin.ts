import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { type ActivateWorld, activate } from "../license/activate.ts";
import type { World } from "../ports.ts";
import { type InstallChoice, type InstallPlan, planInstall } from "./plan-install.ts";
import type { InstalledRow } from "./ports.ts";

/** Seats taken by a person; a host that activates the same device names itself otherwise. */
export const CONSOLE_LABEL = "Installed in the console";

export interface InstallOrder extends InstallChoice {
  readonly licenseId: string;
  readonly granted: readonly string[];
  /** Digest of what the person saw. */
  readonly closureDigest: string;
  /** Of the server, where the person knows it: 64 hex characters. */
  readonly hardwareId: string | null;
}

type Needs = ActivateWorld & Pick<World, "console" | "catalogue" | "consents">;

/**
 * Takes the seat in the instance's name, with the consent of its owner. Everything that was shown is checked again: the
 * plan may have changed since.
 */
export async function installPlugin(
  world: Needs,
  principal: AccountPrincipal,
  order: InstallOrder,
): Promise<Result<{ readonly activationId: string }, Problem<Reason>>> {
  const plan = await planInstall(world, principal, order);
  if (!plan.ok) return plan;
  const { license, plugin, version, instance } = plan.value;
  if (license === null) return refuse({ reason: "NOT_FOUND" });
  const host = plan.value.checks.find(({ what }) => what === "host");
  if (host?.isMet === false) return refuse({ reason: "VALIDATION_ERROR", detail: OLD_HOST });
  const activated = await activate(world, principal, {
    licenseId: license.id,
    pluginId: plugin.id,
    version,
    hardwareId: order.hardwareId ?? (await serverOf(world, principal, plan.value)),
    environment: "production",
    label: CONSOLE_LABEL,
    appVersion: instance.appVersion,
    grantedPermissions: order.granted,
    closureDigest: order.closureDigest,
    idempotency: null,
    binding: {},
  });
  return activated.ok ? ok({ activationId: idIn(activated.value.body) }) : activated;
}

const OLD_HOST = "The plugin does not run with this version of Rising BSM.";

/** A fresh lease for a seat that nothing renews by itself, or another version on it. Device keys obey their device alone. */
export async function reactivate(
  world: Needs,
  principal: AccountPrincipal,
  row: InstalledRow,
  version: string,
): Promise<Result<{ readonly activationId: string }, Problem<Reason>>> {
  if (row.isDeviceBound || row.hardwareId === null) return refuse({ reason: "DEVICE_PROOF_REQUIRED" });
  const activated = await activate(world, principal, {
    licenseId: row.license.id,
    pluginId: row.plugin.id,
    version,
    hardwareId: row.hardwareId,
    installationId: row.installationId,
    environment: row.environment as "production" | "staging" | "development",
    label: row.label ?? undefined,
    idempotency: null,
    binding: {},
  });
  return activated.ok ? ok({ activationId: idIn(activated.value.body) }) : activated;
}

/** The server that a plugin of this instance sits on already, else a name of our own for it: one device per instance. */
async function serverOf(
  world: Pick<World, "console" | "clock">,
  { accountId }: AccountPrincipal,
  { instance }: InstallPlan,
): Promise<string> {
  const known = await world.console.installations(
    accountId,
    { instanceId: instance.id },
    unixSeconds(world.clock.now()),
  );
  const server = known.find(({ hardwareId, isDeviceBound }) => hardwareId !== null && !isDeviceBound);
  return server?.hardwareId ?? sha256Hex(`rbsm-console-device\0${instance.id}`);
}

/** Of the reply as it was stored. */
function idIn(body: string): string {
  return (JSON.parse(body) as { readonly activationId: string }).activationId;
}
