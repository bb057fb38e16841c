import { raw } from "hono/html";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { renderMarkdown } from "../markdown.ts";
import { ownPicture } from "../picture.ts";
import { Section } from "./section.tsx";

/** The README and the screenshots. */
export function Overview({ plugin }: { plugin: PluginDetail }) {
  return (
    <Section id="overview" title="Overview">
      <Screenshots plugin={plugin} />
      {plugin.readme.trim() === "" ? (
        <p class="text-muted-foreground">The publisher has not written a description yet.</p>
      ) : (
        <div class="prose" dir="auto">
          {raw(renderReadme(plugin))}
        </div>
      )}
    </Section>
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

function Screenshots({ plugin }: { plugin: PluginDetail }) {
  const shown = plugin.screenshots.flatMap(({ url, alt }) => {
    const picture = ownPicture(url);
    return picture === null ? [] : [{ picture, alt }];
  });
  if (shown.length === 0) return null;
  return (
    <ul class="mb-8 grid grid-cols-2 gap-4" aria-label="Screenshots">
      {shown.map(({ picture, alt }, index) => (
        <li class={shown.length % 2 === 1 && index === 0 ? "col-span-2" : ""}>
          <figure>
            <a href={picture} class="block overflow-hidden rounded-lg border border-border bg-muted">
              <img
                src={picture}
                alt={alt}
                width="1280"
                height="800"
                loading={index === 0 ? "eager" : "lazy"}
                class="aspect-[16/10] h-auto w-full object-contain"
              />
            </a>
            <figcaption class="mt-2 text-sm text-muted-foreground" aria-hidden="true">
              {alt}
            </figcaption>
          </figure>
        </li>
      ))}
    </ul>
  );
}
