import type { Child } from "hono/jsx";
import { wordsOf } from "../words/dictionary.ts";
import { type ConsolePlace, ConsoleShell } from "./layout.tsx";
import { LinkButton } from "./parts.tsx";
import { CONSOLE } from "./words.ts";

interface ConfirmProps {
  readonly at: ConsolePlace;
  readonly title: string;
  /** What will happen, and what cannot be taken back. */
  readonly lead: string;
  readonly button: string;
  readonly to: string;
  readonly back: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Further fields of the form. */
  readonly children?: Child;
}

/** Every act that harms is asked about once. */
export function ConfirmPage({ at, title, lead, button, to, back, fields = {}, children }: ConfirmProps) {
  return (
    <ConsoleShell title={title} at={at} lead={lead}>
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={to}>
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {children}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {button}
          </button>
          <LinkButton href={back} isQuiet>
            {wordsOf(CONSOLE).back}
          </LinkButton>
        </div>
      </form>
    </ConsoleShell>
  );
}
