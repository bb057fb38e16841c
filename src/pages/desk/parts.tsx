import type { Child } from "hono/jsx";
import { Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { HintAndFault } from "../console/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { FRAME_WORDS } from "./words.ts";

/** A table that scrolls by itself where it has to; the keyboard reaches it, its caption names it. */
export function Table({ caption, head, children }: { caption: string; head: readonly Child[]; children?: Child }) {
  return (
    <div class="table-scroll card mt-4" tabindex={0}>
      <table class="data-table whole">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            {head.map((cell) => (
              <th scope="col">{cell}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A text over several lines, why something is done. */
export function ReasonField({
  id = "reason",
  hint,
  value = "",
  problem,
}: {
  id?: string;
  hint?: string | undefined;
  value?: string;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(FRAME_WORDS);
  const fault = problem?.errors.find(({ field }) => field === "reason")?.text;
  return (
    <div>
      <label class="block text-sm font-medium" for={id}>
        {words.reason}
      </label>
      <textarea
        id={id}
        name="reason"
        class="field mt-1.5 min-h-24 py-2"
        rows={3}
        required
        minlength={3}
        maxlength={2000}
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={`${id}-hint`}
      >
        {value}
      </textarea>
      <HintAndFault id={id} hint={hint ?? words.reasonHint} fault={fault} />
    </div>
  );
}

/** A search field that works as a GET form. */
export function SearchForm({ to, query, label }: { to: string; query: string; label: string }) {
  const words = wordsOf(FRAME_WORDS);
  return (
    <form class="mt-6 flex flex-wrap items-end gap-3" method="get" action={to}>
      <div class="min-w-0 flex-1 basis-56">
        <label class="block text-sm font-medium" for="q">
          {label}
        </label>
        <input id="q" name="q" type="search" class="field mt-1.5" maxlength={100} value={query} autocomplete="off" />
      </div>
      <button type="submit" class="button">
        {words.find}
      </button>
    </form>
  );
}

/** A time, or that there is none. */
export function MaybeTime({ at }: { at: number | null }) {
  return at === null ? <span>–</span> : <Time at={at} />;
}
