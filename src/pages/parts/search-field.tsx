import { wordsOf } from "../words/dictionary.ts";
import { Icon } from "./icon.tsx";
import { PARTS } from "./words.ts";

/** The large search field with its button; stands inside a form. */
export function SearchField({ id, value = "", label }: { id: string; value?: string; label: string }) {
  return (
    <div class="flex gap-2">
      <label class="sr-only" for={id}>
        {label}
      </label>
      <div class="relative min-w-0 flex-1">
        <Icon
          name="search"
          class="pointer-events-none absolute left-3.5 top-1/2 size-5 -translate-y-1/2 text-muted-foreground"
        />
        <input
          id={id}
          class="field h-12 pl-11"
          type="search"
          name="query"
          value={value}
          maxlength={100}
          placeholder={label}
        />
      </div>
      <button type="submit" class="button h-12">
        {wordsOf(PARTS).search}
      </button>
    </div>
  );
}
