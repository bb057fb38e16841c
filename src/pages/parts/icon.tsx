import { raw } from "hono/html";
import { ICONS, type IconName } from "../icons.ts";

/** A lucide icon. Decoration only: the words beside it carry the meaning. */
export function Icon({ name, class: className = "size-4" }: { name: IconName; class?: string }) {
  return (
    <svg
      class={`shrink-0 ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {raw(ICONS[name])}
    </svg>
  );
}
