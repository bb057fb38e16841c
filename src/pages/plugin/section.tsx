import type { Child } from "hono/jsx";

/** One titled part of the plugin page, reachable as `#{id}`. */
export function Section({ id, title, note, children }: { id: string; title: string; note?: string; children?: Child }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id} class="text-2xl font-semibold tracking-tight">
        {title}
      </h2>
      {note === undefined ? null : <p class="mt-2 max-w-[70ch] text-muted-foreground">{note}</p>}
      <div class="mt-5">{children}</div>
    </section>
  );
}
