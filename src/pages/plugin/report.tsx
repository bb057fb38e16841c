import { paths } from "../../contract/paths.ts";
import { REPORT_KINDS } from "../../domain/release/reports.ts";
import type { PluginCard } from "../../market/catalogue/views.ts";
import { formatDate, isoDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { REPORT } from "./report-words.ts";

export const MAX_REPORT_CHARS = 4000;

/** What somebody filled in, and what is wrong with it. */
export interface ReportForm {
  readonly kind: string;
  readonly version: string;
  readonly text: string;
  readonly email: string;
  readonly problem: "kind" | "text" | "email" | "quota" | null;
}

export const EMPTY_REPORT: ReportForm = { kind: "", version: "", text: "", email: "", problem: null };

/** `/plugins/{name}/report`: anybody tells the operator, without an account. */
export function ReportPage({ plugin, form }: { plugin: PluginCard; form: ReportForm }) {
  const words = wordsOf(REPORT);
  const isWrong = (field: ReportForm["problem"]) => form.problem === field;
  return (
    <Shell title={`${words.title(plugin.displayName)} – Rising BSM Marketplace`} isHidden at="plugins">
      <section class="wrap max-w-2xl pt-10">
        <a class="link inline-flex min-h-8 items-center gap-1.5 text-sm" href={paths.plugin(plugin.name)}>
          <Icon name="chevron-left" />
          <bdi>{plugin.displayName}</bdi>
        </a>
        <h1 class="mt-3 text-3xl font-bold tracking-tight">{words.title(plugin.displayName)}</h1>
        <p class="mt-3 text-muted-foreground">{words.lead}</p>
        {form.problem === null ? null : (
          <p class="mt-6 rounded-lg bg-bad-soft p-4 text-bad-on-soft" role="alert">
            {words.problems[form.problem]}
          </p>
        )}
        <form method="post" action={paths.reportPlugin(plugin.name)} class="mt-8 flex flex-col gap-6">
          <fieldset>
            <legend class="text-sm font-medium">{words.kind}</legend>
            <div class="mt-2 grid gap-1">
              {REPORT_KINDS.map((kind) => (
                <label for={`kind-${kind}`} class="flex min-h-11 items-center gap-3 rounded-lg px-3 hover:bg-secondary">
                  <input
                    id={`kind-${kind}`}
                    type="radio"
                    name="kind"
                    value={kind}
                    required
                    checked={form.kind === kind}
                    class="size-4"
                  />
                  <span>{words.kinds[kind]}</span>
                </label>
              ))}
            </div>
          </fieldset>
          <div>
            <label class="text-sm font-medium" for="text">
              {words.text}
            </label>
            <textarea
              id="text"
              name="text"
              class="field mt-1.5 min-h-40"
              required
              minlength={10}
              maxlength={MAX_REPORT_CHARS}
              aria-invalid={isWrong("text") ? "true" : undefined}
              aria-describedby="text-hint"
            >
              {form.text}
            </textarea>
            <p id="text-hint" class="mt-1.5 text-sm text-muted-foreground">
              {words.textHint}
            </p>
          </div>
          <div class="grid gap-6 sm:grid-cols-2">
            <div>
              <label class="text-sm font-medium" for="version">
                {words.version}
              </label>
              <input
                id="version"
                name="version"
                class="field mt-1.5"
                maxlength={64}
                autocomplete="off"
                value={form.version === "" ? plugin.version : form.version}
              />
            </div>
            <div>
              <label class="text-sm font-medium" for="email">
                {words.email}
              </label>
              <input
                id="email"
                name="email"
                type="email"
                class="field mt-1.5"
                maxlength={254}
                autocomplete="email"
                value={form.email}
                aria-invalid={isWrong("email") ? "true" : undefined}
                aria-describedby="email-hint"
              />
              <p id="email-hint" class="mt-1.5 text-sm text-muted-foreground">
                {words.emailHint}
              </p>
            </div>
          </div>
          <p>
            <button type="submit" class="button">
              {words.send}
            </button>
          </p>
          <p class="text-sm text-muted-foreground">{words.privacy}</p>
        </form>
      </section>
    </Shell>
  );
}

/** What happens next. */
export function ReportedPage({ plugin, number, dueAt }: { plugin: PluginCard; number: string; dueAt: number }) {
  const words = wordsOf(REPORT);
  return (
    <Shell title={`${words.thanks} – Rising BSM Marketplace`} isHidden at="plugins">
      <section class="wrap max-w-2xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">{words.thanks}</h1>
        <p class="mt-4 text-lg">
          {words.next} <time datetime={isoDay(dueAt)}>{formatDate(dueAt)}</time>.
        </p>
        <p class="mt-3 text-muted-foreground">
          {words.number} <code class="rounded bg-muted px-1.5 py-0.5 text-foreground">{number}</code>
        </p>
        <a class="button button-quiet mt-8" href={paths.plugin(plugin.name)}>
          {words.back}
        </a>
      </section>
    </Shell>
  );
}
