import { raw } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { renderMarkdown } from "../markdown.ts";
import { ownPicture } from "../picture.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Gallery } from "./gallery.tsx";
import { Section } from "./section.tsx";
import { Changes } from "./versions.tsx";
import { PLUGIN } from "./words.ts";

/** The README, the screenshots and what the newest version brought. */
export function Overview({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  const pictures = plugin.screenshots.flatMap(({ url, alt }) => {
    const picture = ownPicture(url);
    return picture === null ? [] : [{ picture, alt }];
  });
  return (
    <>
      <Section id="overview" title={words.tabs.overview}>
        <Gallery pictures={pictures} />
        {plugin.readme.trim() === "" ? (
          <p class="text-muted-foreground">{words.noReadme}</p>
        ) : (
          <div class="prose" dir="auto">
            {raw(renderReadme(plugin))}
          </div>
        )}
      </Section>
      <WhatsNew plugin={plugin} />
    </>
  );
}

function WhatsNew({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  const row = plugin.versions.find(({ version }) => version === plugin.version);
  if (row === undefined || row.changes.length === 0) return null;
  return (
    <section class="card p-5" aria-labelledby="news">
      <h2 id="news" class="text-lg font-semibold">
        {words.whatsNew(plugin.version)}
      </h2>
      <Changes changes={row.changes} />
      <p class="mt-4">
        <a class="link text-sm" href={paths.pluginTab(plugin.name, "versions")}>
          {words.allVersions}
        </a>
      </p>
    </section>
  );
}

/** A title that repeats the plugin's name is left out; what stood below it moves up. */
function renderReadme({ readme, displayName, sha256 }: PluginDetail): string {
  const [first = "", ...rest] = readme.trimStart().split("\n");
  const repeats =
    first
      .replace(/^#[ \t]+/, "")
      .trim()
      .toLowerCase() === displayName.trim().toLowerCase();
  return first.startsWith("# ") && repeats
    ? renderMarkdown(rest.join("\n"), sha256, 2)
    : renderMarkdown(readme, sha256, 1);
}
