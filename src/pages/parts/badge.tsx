import type { PluginType } from "../../domain/manifest/permissions.ts";
import { categoryWords, knownCategory, typeWords } from "../words/codes.ts";
import { Icon } from "./icon.tsx";

export function TypeBadge({ type }: { type: PluginType }) {
  const { label, icon } = typeWords(type);
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
      <Icon name={known ? categoryWords(known).icon : "package"} class="size-3.5" />
      {known ? categoryWords(known).label : category}
    </span>
  );
}
