import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { LinkButton } from "../console/parts.tsx";
import { PluginIcon } from "../parts/plugin-icon.tsx";
import { Overview } from "../plugin/overview.tsx";
import { Permissions } from "../plugin/permissions.tsx";
import { Pricing } from "../plugin/pricing.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";
import { PLUGIN_WORDS } from "./plugin-words.ts";

/** `/publish/{handle}/plugins/{name}/preview`: the parts of the public page, before anybody else sees them. */
export function PreviewPage({ seat, plugin }: { seat: Seat; plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN_WORDS);
  return (
    <PublishShell
      seat={seat}
      title={words.previewOf(plugin.displayName)}
      at="plugins"
      lead={plugin.description}
      actions={<LinkButton href={publisherPaths.edit(seat.member.handle, plugin.name)}>{words.edit}</LinkButton>}
    >
      <div class="mt-6">
        <PluginIcon plugin={plugin} size="page" />
      </div>
      <div class="mt-8 flex min-w-0 flex-col gap-14">
        <Overview plugin={plugin} />
        <Permissions plugin={plugin} />
        <Pricing plugin={plugin} />
      </div>
    </PublishShell>
  );
}
