import type { PluginType } from "../../domain/manifest/permissions.ts";
import { CATEGORY_WORDS, knownCategory, TYPE_WORDS } from "../words.ts";
import { Icon } from "./icon.tsx";

export function TypeBadge({ type }: { type: PluginType }) {
  const { label, icon } = TYPE_WORDS[type];
  return (
    <span class="badge bg-plugin-soft text-plugin-on-soft">
      <Icon name={icon} class="size-3.5" />
      {label}
    </span>
  );
}

export function CategoryBadge({ category }: { category: string }) {
  const known = knownCategory(category);
  return (
    <span class="badge bg-info-soft text-info-on-soft">
      <Icon name={known ? CATEGORY_WORDS[known].icon : "package"} class="size-3.5" />
      {known ? CATEGORY_WORDS[known].label : category}
    </span>
  );
}
