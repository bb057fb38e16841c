import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { lockFile, obtainAll, ownLock, type Place } from "./install-plugins.ts";
import { tellNoLock, tellNotInstalled } from "./install-problems.ts";
import { type Lock, writeLock } from "./lock-file.ts";
import { requestOf, resolvePlan } from "./resolve-plan.ts";

/**
 * Chooses anew for everything that was asked for, verifies it, and writes the lock alone: no file of a plugin is touched.
 * `rbsm install` then brings what it names.
 */
export async function relock(
  place: Place,
  options: {
    readonly appVersion: string | undefined;
    readonly minimal: boolean;
    readonly update: readonly string[] | null;
  },
): Promise<Outcome<Lock>> {
  const lock = await ownLock(place);
  if (!lock.ok) return lock;
  if (lock.value === null) return { ok: false, problem: tellNoLock(lockFile(place)) };
  const { plugins } = lock.value;
  const unknown = options.update?.find((name) => !Object.hasOwn(plugins, name));
  if (unknown !== undefined) return { ok: false, problem: tellNotInstalled(lockFile(place), unknown) };
  const appVersion = options.appVersion ?? lock.value.appVersion;
  const update = options.update ?? Object.keys(plugins);
  const planned = await resolvePlan(place.marketplace, {
    ...requestOf(lock.value),
    appVersion,
    update,
    minimal: options.minimal,
  });
  if (!planned.ok) return planned;
  const { plan } = planned.value;
  const ready = await obtainAll(place, [...plan.install, ...plan.update], appVersion, null);
  if (!ready.ok) return ready;
  const gone = new Set(plan.remove.map(({ name }) => name));
  const kept = Object.entries(plugins).filter(([name]) => !gone.has(name));
  const chosen = {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(ready.value.map(({ name, locked }) => [name, locked])),
  };
  const written = { ...lock.value, appVersion, plugins: chosen };
  await writeLock(lockFile(place), written);
  return ok(written);
}
