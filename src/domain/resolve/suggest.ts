import { CHANNELS } from "../manifest/permissions.ts";
import { byText } from "../manifest/text.ts";
import { compareVersions } from "../release/version.ts";
import { ownValue } from "./candidates.ts";
import type { IndexDocument } from "./index-document.ts";
import { layOut } from "./puzzle.ts";
import type { ResolveRequest } from "./request.ts";
import { solve } from "./solve.ts";

const MAX_WAYS = 3;
const MAX_TRIES = 24;
/** A way that takes longer to find is not offered. */
const MAX_DECISIONS = 2000;

/**
 * Small changes of the request that can be met, each tried (README, What would work): another channel, another range of what
 * was asked for, a newer Rising-BSM, one wish less. At most three; the smallest change first.
 */
export function suggestWays(
  documents: ReadonlyMap<string, IndexDocument>,
  request: ResolveRequest,
  involves: readonly string[],
): readonly string[] {
  const ways: string[] = [];
  for (const { changed, tell } of changesOf(documents, request, involves).slice(0, MAX_TRIES)) {
    const found = versionsOf(documents, changed);
    if (found !== null) ways.push(tell(found));
    if (ways.length === MAX_WAYS) break;
  }
  return ways;
}

interface Change {
  readonly changed: ResolveRequest;
  readonly tell: (versions: ReadonlyMap<string, string>) => string;
}

function changesOf(
  documents: ReadonlyMap<string, IndexDocument>,
  request: ResolveRequest,
  involves: readonly string[],
): readonly Change[] {
  const { roots, channels = {}, appVersion } = request;
  const asked = Object.keys(roots)
    .filter((name) => involves.includes(name))
    .sort(byText);
  const byChannel = involves.flatMap((name) => {
    const own = ownValue(channels, name) ?? "stable";
    return CHANNELS.slice(CHANNELS.indexOf(own) + 1)
      .filter((channel) => documents.get(name)?.releases.some((release) => release.channel === channel))
      .slice(0, 1)
      .map((channel) => ({
        changed: { ...request, channels: { ...channels, [name]: channel } },
        tell: (found: ReadonlyMap<string, string>) => `${name} ${found.get(name) ?? ""} (channel ${channel}).`,
      }));
  });
  const byRange = asked
    .filter((name) => roots[name]?.trim() !== "*")
    .map((name) => ({
      changed: { ...request, roots: { ...roots, [name]: "*" } },
      tell: (found: ReadonlyMap<string, string>) =>
        `${name} ${found.get(name) ?? ""} instead of ${name} ${roots[name]}.`,
    }));
  const minima = involves.flatMap((name) => documents.get(name)?.releases.map((one) => one.minAppVersion) ?? []);
  const newer = [...new Set(minima)]
    .filter((version) => compareVersions(version, appVersion) > 0)
    .sort(compareVersions);
  const byApp = newer.map((version) => ({
    changed: { ...request, appVersion: version },
    tell: () => `Rising-BSM ${version} or newer.`,
  }));
  const byWish =
    asked.length < 2
      ? []
      : asked.map((name) => ({
          changed: { ...request, roots: Object.fromEntries(Object.entries(roots).filter(([key]) => key !== name)) },
          tell: () => `everything else without ${name}.`,
        }));
  const byLock =
    Object.keys(request.lock ?? {}).length === 0
      ? []
      : [{ changed: { ...request, lock: {} }, tell: () => "choosing everything anew, without the lock." }];
  return [...byChannel, ...byRange, ...byApp.slice(0, 3), ...byLock, ...byWish];
}

function versionsOf(
  documents: ReadonlyMap<string, IndexDocument>,
  request: ResolveRequest,
): ReadonlyMap<string, string> | null {
  const { plugins, puzzle } = layOut(documents, request);
  const solved = solve({ ...puzzle, maxDecisions: MAX_DECISIONS });
  if (solved.kind !== "solved") return null;
  return new Map(
    plugins.flatMap(({ name, releases }, plugin) => {
      const release = releases[(solved.chosen[plugin] ?? 0) - 1];
      return release === undefined ? [] : [[name, release.version] as const];
    }),
  );
}
