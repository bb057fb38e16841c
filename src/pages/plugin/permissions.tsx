import type { Child } from "hono/jsx";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { Icon } from "../parts/icon.tsx";
import { permissionWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Section } from "./section.tsx";
import { PLUGIN } from "./words.ts";

/** What the plugin asks for, in the words of the person who must decide. */
export function Permissions({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  return (
    <Section id="permissions" title={words.tabs.permissions} note={words.permissionsNote}>
      <ul class="grid gap-3">
        {plugin.permissions.map((permission) => (
          <PermissionItem permission={permission} />
        ))}
        {plugin.permissions.length === 0 ? (
          <Row icon="check" title={words.noAccess} isGood>
            {words.noAccessText}
          </Row>
        ) : null}
        {plugin.egress.length === 0 ? (
          <Row icon="lock" title={words.noNetwork} isGood>
            {words.noNetworkText}
          </Row>
        ) : (
          plugin.egress.map(({ host, reason }) => (
            <Row icon="globe" title={words.contacts(host)}>
              <span dir="auto">{reason}</span>
            </Row>
          ))
        )}
      </ul>
      {plugin.events.length === 0 ? null : (
        <p class="mt-5 leading-relaxed text-muted-foreground">
          {words.runsOn}{" "}
          {plugin.events.map((event, index) => (
            <>
              {index > 0 ? ", " : ""}
              <code class="rounded bg-muted px-1.5 py-0.5 text-sm text-foreground">{event}</code>
            </>
          ))}
        </p>
      )}
    </Section>
  );
}

function PermissionItem({ permission }: { permission: PluginDetail["permissions"][number] }) {
  const words = wordsOf(PLUGIN);
  const { title, sentence, icon } = permissionWords(permission.code);
  return (
    <Row icon={icon} title={title} mark={permission.required ? "required" : "optional"}>
      {sentence}
      {permission.description === "" ? null : (
        <span class="mt-1 block text-foreground">
          {words.publisherSays} <q dir="auto">{permission.description}</q>
        </span>
      )}
      <code class="mt-1 block text-xs">{permission.code}</code>
    </Row>
  );
}

interface RowProps {
  readonly icon: Parameters<typeof Icon>[0]["name"];
  readonly title: string;
  readonly mark?: "required" | "optional";
  readonly isGood?: boolean;
  readonly children?: Child;
}

function Row({ icon, title, mark, isGood = false, children }: RowProps) {
  return (
    <li class="card flex gap-4 p-4">
      <span
        class={`flex size-10 shrink-0 items-center justify-center rounded-lg ${isGood ? "bg-good-soft text-good-on-soft" : "bg-secondary text-foreground"}`}
      >
        <Icon name={icon} class="size-5" />
      </span>
      <div class="min-w-0 flex-1">
        <h3 class="flex flex-wrap items-center gap-x-2.5 gap-y-1 font-semibold">
          {title}
          {mark === undefined ? null : (
            <span
              class={`badge ${mark === "required" ? "bg-warn-soft text-warn-on-soft" : "bg-secondary text-foreground"}`}
            >
              {wordsOf(PLUGIN)[mark]}
            </span>
          )}
        </h3>
        <p class="mt-0.5 text-sm leading-relaxed text-muted-foreground">{children}</p>
      </div>
    </li>
  );
}
