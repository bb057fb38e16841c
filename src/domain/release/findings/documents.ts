import type { OpenedBundle } from "../../bundle/open.ts";
import { findingAt, findingIn, type PluginFinding, type TextFile } from "./finding.ts";

const LINK = /\]\(\s*<?([^)\s>]+)/g;

/** README and CHANGELOG beyond what the reader demands: links that lead somewhere, an entry that says something. */
export function documentFindings(bundle: OpenedBundle, texts: readonly TextFile[]): readonly PluginFinding[] {
  const readme = texts.find(({ path }) => path === "README.md");
  const changelog = texts.find(({ path }) => path === "CHANGELOG.md");
  return [
    ...(readme ? linkFindings(bundle, readme) : []),
    ...(changelog ? changelogFindings(bundle.manifest.version, changelog) : []),
  ];
}

function linkFindings(bundle: OpenedBundle, readme: TextFile): readonly PluginFinding[] {
  const paths = new Set(bundle.entries.map(({ path }) => path));
  return [...readme.text.matchAll(LINK)].flatMap((match) => {
    const target = match[1] as string;
    if (/^http:\/\//i.test(target))
      return [findingAt("readme_insecure_link", readme, match.index, `links to ${target}`)];
    const isElsewhere = /^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target);
    const file = target.replace(/[?#].*$/, "").replace(/^\.\//, "");
    if (isElsewhere || paths.has(file)) return [];
    return [findingAt("readme_link_broken", readme, match.index, `links to ${target}, which is not in the bundle`)];
  });
}

/** The first heading that names a version is this one's, and something stands below it. */
function changelogFindings(version: string, changelog: TextFile): readonly PluginFinding[] {
  const headings = [...changelog.text.matchAll(/^ {0,3}#{1,6}[ \t]+(.*\d+\.\d+\.\d+.*)$/gm)];
  const own = headings.findIndex((heading) => (heading[1] as string).includes(version));
  const heading = headings[own];
  if (!heading) return [];
  const found: PluginFinding[] = [];
  if (own > 0 && !headings.slice(0, own).every((one) => /unreleased/i.test(one[1] as string)))
    found.push(findingAt("changelog_order", changelog, heading.index, `${version} is not the first version`));
  const body = changelog.text.slice(heading.index + heading[0].length, headings[own + 1]?.index);
  if (!/\p{L}/u.test(body))
    found.push(findingIn("changelog_entry_empty", changelog.path, `says nothing of ${version}`));
  return found;
}
