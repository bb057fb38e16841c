import type { PluginCard } from "../../market/catalogue/views.ts";
import { ownPicture } from "../picture.ts";
import { typeWords } from "../words/codes.ts";
import { Icon } from "./icon.tsx";

/** The plugin's icon, or a tile of its type. */
export function PluginIcon({ plugin, size }: { plugin: Pick<PluginCard, "icon" | "type">; size: "card" | "page" }) {
  const box = size === "card" ? "size-12 rounded-lg" : "size-20 rounded-xl";
  const pixels = size === "card" ? 48 : 80;
  const picture = ownPicture(plugin.icon);
  if (picture !== null)
    return <img src={picture} width={pixels} height={pixels} alt="" class={`${box} shrink-0 object-cover`} />;
  return (
    <span class={`${box} plugin-tile flex shrink-0 items-center justify-center`}>
      <Icon name={typeWords(plugin.type).icon} class={size === "card" ? "size-6" : "size-9"} />
    </span>
  );
}
