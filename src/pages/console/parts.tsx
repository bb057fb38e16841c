import type { Child } from "hono/jsx";
import { Icon } from "../parts/icon.tsx";
import { dictionary, wordsOf } from "../words/dictionary.ts";
import type { FormProblem } from "./form-problem.ts";

const PART_WORDS = dictionary({
  en: { optional: "optional", met: "Met:", notMet: "Not met:" },
  de: { optional: "freiwillig", met: "Erfüllt:", notMet: "Nicht erfüllt:" },
});

type Tone = "good" | "warn" | "bad" | "info" | "quiet";

const TONES: Readonly<Record<Tone, string>> = {
  good: "bg-good-soft text-good-on-soft",
  warn: "bg-warn-soft text-warn-on-soft",
  bad: "bg-bad-soft text-bad-on-soft",
  info: "bg-info-soft text-info-on-soft",
  quiet: "bg-secondary text-foreground",
};

export function Mark({ tone, children }: { tone: Tone; children?: Child }) {
  return <span class={`badge ${TONES[tone]}`}>{children}</span>;
}

/** A message that stands by itself; a bad one is read out at once. */
export function Note({ tone, children }: { tone: Tone; children?: Child }) {
  return (
    <div class={`mt-6 rounded-lg p-4 ${TONES[tone]}`} role={tone === "bad" ? "alert" : undefined}>
      {children}
    </div>
  );
}

/** Where nothing is yet: why, and what to do first. */
export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <section class="card mt-8 p-8 text-center">
      <h2 class="text-lg font-semibold">{title}</h2>
      <div class="mx-auto mt-2 max-w-prose text-muted-foreground">{children}</div>
    </section>
  );
}

/** What was wrong with the form, focused: each fault leads to its field. */
export function ErrorSummary({ problem }: { problem: FormProblem | undefined }) {
  if (problem === undefined) return null;
  return (
    <div class="mt-6 rounded-lg bg-bad-soft p-4 text-bad-on-soft" role="alert" tabindex={-1} autofocus>
      <p class="font-semibold">{problem.sentence}</p>
      {problem.errors.length === 0 ? null : (
        <ul class="mt-2 list-disc pl-5 text-sm">
          {problem.errors.map(({ field, text }) => (
            <li>
              <a class="underline underline-offset-2" href={`#${field}`}>
                {text}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface InputProps {
  readonly id: string;
  readonly label: string;
  readonly value?: string;
  readonly type?: "text" | "url" | "email" | "password" | "number";
  readonly max?: number;
  readonly hint?: Child;
  readonly isRequired?: boolean;
  readonly problem?: FormProblem | undefined;
  readonly step?: string;
}

/** A labelled input that keeps what was typed and says what is wrong with it. */
export function Input({ id, label, value, type = "text", max, hint, isRequired = true, problem, step }: InputProps) {
  const fault = problem?.errors.find(({ field }) => field === id)?.text;
  return (
    <div>
      <label class="block text-sm font-medium" for={id}>
        {label}
        {isRequired ? null : <span class="font-normal text-muted-foreground"> ({wordsOf(PART_WORDS).optional})</span>}
      </label>
      <input
        id={id}
        name={id}
        type={type}
        value={value}
        step={step}
        class="field mt-1.5"
        maxlength={max}
        autocomplete="off"
        required={isRequired}
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={describedBy(id, hint, fault)}
      />
      <HintAndFault id={id} hint={hint} fault={fault} />
    </div>
  );
}

export function describedBy(id: string, hint: Child | undefined, fault: string | undefined): string | undefined {
  const ids = [...(hint === undefined ? [] : [`${id}-hint`]), ...(fault === undefined ? [] : [`${id}-fault`])];
  return ids.length === 0 ? undefined : ids.join(" ");
}

export function HintAndFault({ id, hint, fault }: { id: string; hint?: Child; fault: string | undefined }) {
  return (
    <>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} class="mt-1.5 text-sm text-muted-foreground">
          {hint}
        </p>
      )}
      {fault === undefined ? null : (
        <p id={`${id}-fault`} class="mt-1.5 text-sm font-medium text-destructive">
          {fault}
        </p>
      )}
    </>
  );
}

export function Select({
  id,
  label,
  options,
  value,
}: {
  id: string;
  label: string;
  options: readonly (readonly [value: string, label: string])[];
  value?: string;
}) {
  return (
    <div>
      <label class="block text-sm font-medium" for={id}>
        {label}
      </label>
      <select id={id} name={id} class="field mt-1.5">
        {options.map(([option, text]) => (
          <option value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Facts in pairs, one column on narrow screens. */
export function Facts({ rows }: { rows: readonly (readonly [string, Child])[] }) {
  return (
    <dl class="grid gap-x-8 gap-y-3 text-sm sm:grid-cols-2">
      {rows.map(([label, value]) => (
        <div>
          <dt class="text-muted-foreground">{label}</dt>
          <dd class="font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function LinkButton({ href, isQuiet = false, children }: { href: string; isQuiet?: boolean; children?: Child }) {
  return (
    <a href={href} class={`button ${isQuiet ? "button-quiet" : ""} shrink-0 whitespace-nowrap`}>
      {children}
    </a>
  );
}

/** Is it so? An icon with its words, so that colour is not all there is. */
export function Verdict({ isMet, children }: { isMet: boolean; children?: Child }) {
  return (
    <li class="flex gap-3 py-3">
      <span class={`mt-0.5 ${isMet ? "text-primary-strong" : "text-destructive"}`}>
        <Icon name={isMet ? "check" : "x"} class="size-5" />
        <span class="sr-only">{isMet ? wordsOf(PART_WORDS).met : wordsOf(PART_WORDS).notMet}</span>
      </span>
      <div class="min-w-0 flex-1">{children}</div>
    </li>
  );
}
