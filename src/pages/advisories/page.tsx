import { paths } from "../../contract/paths.ts";
import type { Advisory } from "../../domain/advisory/advisory.ts";
import { severityOf } from "../../domain/advisory/cvss.ts";
import { formatDate, isoDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { ADVISORIES } from "./words.ts";

/** `/advisories`; `next` is the id the next page begins after. */
export function AdvisoriesPage({ advisories, next }: { advisories: readonly Advisory[]; next: string | null }) {
  const words = wordsOf(ADVISORIES);
  return (
    <Shell title={`${words.title} – Rising BSM Marketplace`} description={words.lead} canonical={paths.advisories()}>
      <div class="wrap pt-10">
        <h1 class="text-3xl font-bold tracking-tight">{words.title}</h1>
        <p class="mt-2 max-w-[70ch] text-lg text-muted-foreground">{words.lead}</p>
        <p class="mt-2">
          <a class="link" href={paths.advisoryFeed("atom")}>
            {words.feed}
          </a>
        </p>
        {advisories.length === 0 ? (
          <p class="card mt-8 p-6">{words.empty}</p>
        ) : (
          <ul class="mt-8 grid gap-4">
            {advisories.map((advisory) => (
              <Row advisory={advisory} />
            ))}
          </ul>
        )}
        {next === null ? null : (
          <p class="mt-6">
            <a class="button button-quiet" href={`${paths.advisories()}?after=${next}`}>
              {words.older}
            </a>
          </p>
        )}
      </div>
    </Shell>
  );
}

function Row({ advisory }: { advisory: Advisory }) {
  const { id, summary, displayName, confirmedAt, versions, withdrawnAt } = advisory;
  const words = wordsOf(ADVISORIES);
  return (
    <li class="card p-5">
      <h2 class="text-lg font-semibold" dir="auto">
        <a class="link" href={paths.advisory(id)}>
          {summary}
        </a>
      </h2>
      <p class="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted-foreground">
        <SeverityBadge score={advisory.score} />
        <span dir="auto">{displayName}</span>
        <span>{words.hits(versions.length)}</span>
        <code class="font-mono">{id}</code>
        {confirmedAt === null ? null : <time datetime={isoDay(confirmedAt)}>{formatDate(confirmedAt)}</time>}
      </p>
      {withdrawnAt === null ? null : <p class="mt-2 text-sm">{words.withdrawn}</p>}
    </li>
  );
}

/** `/advisories/{id}` */
export function AdvisoryPage({ advisory }: { advisory: Advisory }) {
  const { id, summary, details, plugin, displayName, fixed, versions, aliases, credits, links } = advisory;
  const words = wordsOf(ADVISORIES);
  return (
    <Shell title={`${id} – Rising BSM Marketplace`} description={summary} canonical={paths.advisory(id)}>
      <article class="wrap max-w-3xl pt-10">
        <a class="link inline-flex min-h-8 items-center gap-1.5 text-sm" href={paths.advisories()}>
          <Icon name="chevron-left" />
          {words.all}
        </a>
        <p class="mt-3 text-sm text-muted-foreground">
          <code class="font-mono">{id}</code>
        </p>
        <h1 class="mt-1 text-3xl font-bold tracking-tight" dir="auto">
          {summary}
        </h1>
        {advisory.withdrawnAt === null ? null : (
          <p role="note" class="mt-4 rounded-lg border border-border bg-accent px-4 py-3 font-medium">
            {words.withdrawn}
          </p>
        )}
        <dl class="card mt-6 grid gap-4 p-5 sm:grid-cols-2">
          <Fact name={words.severity}>
            <SeverityBadge score={advisory.score} />
          </Fact>
          <Fact name={words.plugin}>
            <a class="link" href={paths.plugin(plugin)} dir="auto">
              {displayName}
            </a>
          </Fact>
          <Fact name={words.affected}>
            <code class="font-mono wrap-anywhere">{versions.join(", ")}</code>
          </Fact>
          <Fact name={words.fixed}>
            {fixed === null ? (
              words.notFixed
            ) : (
              <a class="link font-mono" href={paths.release(plugin, fixed)}>
                {fixed}
              </a>
            )}
          </Fact>
          <Fact name={words.vector}>
            <code class="font-mono wrap-anywhere">{advisory.severity}</code>
          </Fact>
          {advisory.confirmedAt === null ? null : (
            <Fact name={words.published}>
              <time datetime={isoDay(advisory.confirmedAt)}>{formatDate(advisory.confirmedAt)}</time>
            </Fact>
          )}
          {aliases.length === 0 ? null : <Fact name={words.also}>{aliases.join(", ")}</Fact>}
          {credits.length === 0 ? null : (
            <Fact name={words.credits}>
              <span dir="auto">{credits.join(", ")}</span>
            </Fact>
          )}
        </dl>
        {details
          .split(/\n{2,}/)
          .filter((paragraph) => paragraph.trim() !== "")
          .map((paragraph) => (
            <p class="mt-4 max-w-[70ch] whitespace-pre-line wrap-anywhere" dir="auto">
              {paragraph}
            </p>
          ))}
        {links.length === 0 ? null : (
          <section class="mt-6">
            <h2 class="text-lg font-semibold">{words.links}</h2>
            <ul class="mt-2 grid gap-1">
              {links.map((link) => (
                <li>
                  <a class="link wrap-anywhere" href={link} rel="nofollow noopener ugc">
                    {link}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
        <p class="mt-6">
          <a class="link" href={`/v1/advisories/${id}`}>
            {words.machine}
          </a>
        </p>
      </article>
    </Shell>
  );
}

function SeverityBadge({ score }: { score: number }) {
  const words = wordsOf(ADVISORIES);
  const level = severityOf(score);
  const tone =
    level === "high" || level === "critical" ? "bg-warn-soft text-warn-on-soft" : "bg-info-soft text-info-on-soft";
  return (
    <span class={`badge ${tone}`}>
      {words.severities[level]} {(score / 10).toFixed(1)}
    </span>
  );
}

function Fact({ name, children }: { name: string; children?: unknown }) {
  return (
    <div class="min-w-0">
      <dt class="text-sm text-muted-foreground">{name}</dt>
      <dd class="mt-0.5">{children as never}</dd>
    </div>
  );
}
