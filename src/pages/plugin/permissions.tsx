import type { Child } from "hono/jsx";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { Icon } from "../parts/icon.tsx";
import { permissionWords } from "../words/codes.ts";
import { Section } from "./section.tsx";

/** What the plugin asks for, in the words of the person who must decide. */
export function Permissions({ plugin }: { plugin: PluginDetail }) {
  return (
    <Section
      id="permissions"
      title="Permissions"
      note="You grant these when you install it, and only for this one installation. What is not listed here, the plugin cannot do."
    >
      <ul class="grid gap-3">
        {plugin.permissions.map((permission) => (
          <PermissionItem permission={permission} />
        ))}
        {plugin.permissions.length === 0 ? (
          <Row icon="check" title="No access to your data" isGood>
            This plugin asks for no permission at all.
          </Row>
        ) : null}
        {plugin.egress.length === 0 ? (
          <Row icon="lock" title="No network" isGood>
            It cannot contact any server: nothing leaves your Rising BSM through this plugin.
          </Row>
        ) : (
          plugin.egress.map(({ host, reason }) => (
            <Row icon="globe" title={`Contacts ${host}`}>
              <span dir="auto">{reason}</span>
            </Row>
          ))
        )}
      </ul>
      {plugin.events.length === 0 ? null : (
        <p class="mt-5 leading-relaxed text-muted-foreground">
          It runs by itself when one of these happens:{" "}
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
  const { title, sentence, icon } = permissionWords(permission.code);
  return (
    <Row icon={icon} title={title} mark={permission.required ? "Required" : "Optional"}>
      {sentence}
      {permission.description === "" ? null : (
        <span class="mt-1 block text-foreground">
          The publisher says: <q dir="auto">{permission.description}</q>
        </span>
      )}
      <code class="mt-1 block text-xs">{permission.code}</code>
    </Row>
  );
}

interface RowProps {
  readonly icon: Parameters<typeof Icon>[0]["name"];
  readonly title: string;
  readonly mark?: "Required" | "Optional";
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
              class={`badge ${mark === "Required" ? "bg-warn-soft text-warn-on-soft" : "bg-secondary text-foreground"}`}
            >
              {mark}
            </span>
          )}
        </h3>
        <p class="mt-0.5 text-sm leading-relaxed text-muted-foreground">{children}</p>
      </div>
    </li>
  );
}
