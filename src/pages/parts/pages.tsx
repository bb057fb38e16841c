import { wordsOf } from "../words/dictionary.ts";
import { Icon } from "./icon.tsx";
import { PARTS } from "./words.ts";

interface PagesProps {
  readonly page: number;
  readonly last: number;
  readonly href: (page: number) => string;
}

/** Previous, the numbers around here, next. */
export function Pages({ page, last, href }: PagesProps) {
  const words = wordsOf(PARTS);
  if (last <= 1 || page > last) return null;
  return (
    <nav aria-label={words.pages} class="no-print mt-10 flex flex-wrap items-center justify-center gap-1.5 text-sm">
      {page > 1 ? (
        <a class={STEP} href={href(page - 1)} rel="prev">
          <Icon name="chevron-left" />
          {words.previous}
        </a>
      ) : null}
      {pageNumbers(page, last).map((number) =>
        number === null ? (
          <span class="px-1 text-muted-foreground">…</span>
        ) : (
          <a
            class={`${STEP} ${number === page ? "bg-secondary font-semibold" : ""}`}
            href={href(number)}
            aria-label={words.page(number)}
            aria-current={number === page ? "page" : undefined}
          >
            {number}
          </a>
        ),
      )}
      {page < last ? (
        <a class={STEP} href={href(page + 1)} rel="next">
          {words.next}
          <Icon name="chevron-right" />
        </a>
      ) : null}
    </nav>
  );
}

const STEP =
  "inline-flex min-h-11 min-w-11 items-center justify-center gap-1 rounded-lg px-3 font-medium hover:bg-secondary";

/** First, last and the neighbours of `page`; null stands for a gap. */
export function pageNumbers(page: number, last: number): (number | null)[] {
  const shown = [1, page - 1, page, page + 1, last].filter((number) => number >= 1 && number <= last);
  const unique = [...new Set(shown)].sort((a, b) => a - b);
  return unique.flatMap((number, index) =>
    index > 0 && number - (unique[index - 1] ?? 0) > 1 ? [null, number] : [number],
  );
}
