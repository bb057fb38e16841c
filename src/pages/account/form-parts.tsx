import type { Child } from "hono/jsx";
import { formatTime } from "../format.ts";

/** A page's main column with its heading. */
export function Column({ title, lead, children }: { title: string; lead?: Child; children?: Child }) {
  return (
    <section class="wrap max-w-xl pt-14">
      <h1 class="text-3xl font-bold tracking-tight">{title}</h1>
      {lead === undefined ? null : <p class="mt-3 text-muted-foreground">{lead}</p>}
      {children}
    </section>
  );
}

export function Section({ id, title, children }: { id: string; title: string; children?: Child }) {
  return (
    <section class="card mt-8 p-6" aria-labelledby={id}>
      <h2 id={id} class="text-xl font-semibold">
        {title}
      </h2>
      <div class="mt-3">{children}</div>
    </section>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly type?: "text" | "email";
  readonly max: number;
  readonly pattern?: string;
  readonly hint?: string;
  readonly autocomplete?: string;
  readonly isRequired?: boolean;
}

/** A label and its input; the name is the id. */
export function Field({ id, label, type = "text", max, pattern, hint, autocomplete = "off", isRequired }: FieldProps) {
  return (
    <div class="min-w-0 flex-1 basis-56">
      <label class="block text-sm font-medium" for={id}>
        {label}
      </label>
      <input
        id={id}
        name={id}
        type={type}
        class="field mt-1.5"
        maxlength={max}
        pattern={pattern}
        autocomplete={autocomplete}
        required={isRequired !== false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} class="mt-1.5 text-sm text-muted-foreground">
          {hint}
        </p>
      )}
    </div>
  );
}

/** One act as a form of its own: a button with the fields it carries along. */
export function Act({
  to,
  fields,
  children,
}: {
  to: string;
  fields: Readonly<Record<string, string>>;
  children?: Child;
}) {
  return (
    <form method="post" action={to}>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class="button button-quiet shrink-0 whitespace-nowrap">
        {children}
      </button>
    </form>
  );
}

/** Why the form above was not taken. */
export function Refused({ problem }: { problem: string | undefined }) {
  return problem === undefined ? null : (
    <p class="mt-4 rounded-lg bg-bad-soft p-4 text-bad-on-soft" role="alert">
      {problem}
    </p>
  );
}

export function Time({ at }: { at: number }) {
  const iso = new Date(at * 1000).toISOString();
  return <time datetime={iso}>{formatTime(at)}</time>;
}
