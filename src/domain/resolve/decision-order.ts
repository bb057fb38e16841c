import type { Candidates } from "./candidates.ts";
import { strongComponents } from "./strong-components.ts";

/**
 * The order in which versions are decided (README, Preference): what the operator asked for before what that needs; at equal
 * distance whoever needs the other first; then by name. `plugins` are sorted by name.
 */
export function decisionOrder(
  plugins: readonly Candidates[],
  places: ReadonlyMap<string, number>,
  depths: readonly number[],
): readonly number[] {
  const level = (plugin: number) => depths[plugin] ?? 0;
  const peers = plugins.map(({ releases }, plugin) => {
    const targets = new Set(releases.flatMap(({ dependencies }) => Object.keys(dependencies)));
    return [...targets]
      .flatMap((name) => places.get(name) ?? [])
      .filter((target) => level(target) === level(plugin))
      .sort((a, b) => b - a);
  });
  // Dependencies come out first; from the last name to the first and turned around, dependants stand before them, then names.
  const last = plugins.length - 1;
  const components = strongComponents(plugins.length, (node) =>
    (peers[last - node] ?? []).map((target) => last - target).sort((a, b) => a - b),
  );
  return components
    .map((component) => component.map((node) => last - node).sort((a, b) => a - b))
    .reverse()
    .flat()
    .map((plugin, rank) => ({ plugin, rank }))
    .sort((a, b) => level(a.plugin) - level(b.plugin) || a.rank - b.rank)
    .map(({ plugin }) => plugin);
}
