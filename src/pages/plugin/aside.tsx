import type { Child } from "hono/jsx";
import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { formatDate, isoDay } from "../format.ts";
import { EVERYTHING, listPath } from "../list-state.ts";
import { Icon } from "../parts/icon.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { PLUGIN } from "./words.ts";

/** How to get it. */
export function InstallCard({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  return (
    <section class="card border-t-4 border-t-plugin-edge p-5" aria-labelledby="install">
      <h2 id="install" class="font-semibold">
        {words.install}
      </h2>
      <p class="mt-2 text-sm leading-relaxed text-muted-foreground">
        {words.installOpen[0]}
        <span class="font-medium text-foreground">{words.extensions}</span>
        {words.installOpen[1]}
      </p>
      <p class="mt-2 rounded-lg bg-muted px-3 py-2 font-mono text-sm">{plugin.name}</p>
      <p class="mt-3">
        <a class="button button-plugin w-full" href={consolePaths.install({ plugin: plugin.name })}>
          {words.installHere}
        </a>
      </p>
      <p class="mt-3 text-sm leading-relaxed text-muted-foreground">{words.installNote}</p>
    </section>
  );
}

/** Who stands behind it, where to ask. */
export function Details({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  return (
    <section class="card p-5 text-sm" aria-labelledby="details">
      <h2 id="details" class="text-base font-semibold">
        {words.details}
      </h2>
      <dl class="mt-3 grid grid-cols-1 gap-3 min-[22rem]:grid-cols-2 lg:grid-cols-1">
        <Item label={words.publisher}>
          <a class="link" href={paths.publisher(plugin.publisher.handle)}>
            <bdi>{plugin.publisher.displayName}</bdi>
          </a>
          <span class="block font-normal text-muted-foreground">@{plugin.publisher.handle}</span>
        </Item>
        <Item label={words.license}>{plugin.license}</Item>
        <Item label={words.firstPublished}>
          <time datetime={isoDay(plugin.createdAt)}>{formatDate(plugin.createdAt)}</time>
        </Item>
        <Item label={words.lastChanged}>
          <time datetime={isoDay(plugin.updatedAt)}>{formatDate(plugin.updatedAt)}</time>
        </Item>
      </dl>
      <Links plugin={plugin} />
      <Tags tags={plugin.tags} />
    </section>
  );
}

function Item({ label, children }: { label: string; children?: Child }) {
  return (
    <div>
      <dt class="text-muted-foreground">{label}</dt>
      <dd class="font-medium">{children}</dd>
    </div>
  );
}

function Links({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  const { email } = plugin.support;
  const links: readonly (readonly [label: string, href: string | null])[] = [
    [words.website, webAddress(plugin.homepage)],
    [words.source, webAddress(plugin.repository)],
    [words.support, webAddress(plugin.support.url) ?? (email === null ? null : mailAddress(email))],
    [words.vulnerability, webAddress(plugin.security) ?? mailAddress(plugin.security)],
  ];
  return (
    <ul class="mt-4 border-t border-border pt-3">
      {links.map(([label, href]) =>
        href === null ? null : (
          <li>
            <a class="link inline-flex min-h-8 items-center gap-1.5" href={href} rel="nofollow noopener ugc">
              {label}
              {href.startsWith("mailto:") ? null : <Icon name="external-link" class="size-3.5" />}
            </a>
          </li>
        ),
      )}
      <li>
        <a class="link inline-flex min-h-8 items-center" href={paths.feed("atom", { plugin: plugin.name })}>
          {words.feed}
        </a>
      </li>
      <li>
        <a class="link inline-flex min-h-8 items-center" href={paths.reportPlugin(plugin.name)} rel="nofollow">
          {words.report}
        </a>
      </li>
    </ul>
  );
}

/** Only https and http lead away from here, whatever a listing says. */
function webAddress(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null;
}

function mailAddress(email: string): string | null {
  return /^[^\s@:/?#&]+@[^\s@:/?#&]+$/.test(email) ? `mailto:${email}` : null;
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <ul class="mt-4 flex flex-wrap gap-2 border-t border-border pt-4" aria-label={wordsOf(PLUGIN).tags}>
      {tags.map((tag) => (
        <li>
          <a
            class="badge min-h-7 bg-secondary px-3 text-foreground hover:bg-border"
            href={listPath({ ...EVERYTHING, tag })}
          >
            {tag}
          </a>
        </li>
      ))}
    </ul>
  );
}
