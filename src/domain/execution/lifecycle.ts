import type { Hook } from "./job.ts";

/** What decides which life-cycle hooks an installation is owed. */
export interface LifecycleState {
  readonly state: "active" | "paused" | "released";
  readonly version: string;
  /** Moves with every change of the license that a lease shows. */
  readonly epoch: number;
}
export interface OwedHook {
  readonly hook: Hook;
  /** Before an update. */
  readonly from?: string;
}

/**
 * The hooks that lead from what the plugin was told last (null: nothing yet) to what is true now, in their order. The
 * same two states always owe the same hooks, so a lost call is made up by whoever looks next.
 */
export function owedHooks(told: LifecycleState | null, now: LifecycleState): readonly OwedHook[] {
  const wasInstalled = told !== null && told.state !== "released";
  if (now.state === "released")
    return wasInstalled ? [...(told.state === "active" ? [hook("deactivate")] : []), hook("uninstall")] : [];
  if (!wasInstalled) return [hook("install"), ...(now.state === "active" ? [hook("activate")] : [])];
  return [
    ...(told.version === now.version ? [] : [{ hook: "update" as const, from: told.version }]),
    ...(told.epoch === now.epoch ? [] : [hook("licenseChanged")]),
    ...(told.state === now.state ? [] : [hook(now.state === "active" ? "activate" : "deactivate")]),
  ];
}

function hook(name: Hook): OwedHook {
  return { hook: name };
}
