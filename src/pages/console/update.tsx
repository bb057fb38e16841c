import { consolePaths } from "../../contract/console/paths.ts";
import type { Permission } from "../../domain/manifest/permissions.ts";
import type { InstalledRow } from "../../market/console/ports.ts";
import type { DiffView } from "../../market/execution/consent.ts";
import { isPermission, permissionWords } from "../words/codes.ts";
import { ConsentFields } from "./consent.tsx";
import type { FormProblem } from "./form-problem.ts";
import { ConsoleShell } from "./layout.tsx";
import { ErrorSummary, LinkButton, Note } from "./parts.tsx";
import { type PluginDecisions, UpdateCheck } from "./update-check.tsx";

interface UpdateProps {
  readonly row: InstalledRow;
  readonly view: DiffView;
  readonly egress: readonly { readonly host: string; readonly reason: string }[];
  /** Versions that could be chosen instead, newest first. */
  readonly others: readonly string[];
  readonly isOlder: boolean;
  readonly decided: PluginDecisions;
  readonly problem?: FormProblem | undefined;
}

const LIST_WORDS: Readonly<Record<keyof DiffView["diff"]["lists"], string>> = {
  permissions: "Permissions",
  optionalPermissions: "Optional permissions",
  egress: "Servers it contacts",
  events: "Events it hears",
  publicRoutes: "Public addresses",
  readableSecrets: "Secrets it reads",
  schedules: "Schedules",
  secretHosts: "Servers that get a secret",
  ui: "Places in the interface",
};

/** `/console/plugins/{act}/update` */
export function UpdatePage({ row, view, egress, others, isOlder, decided, problem }: UpdateProps) {
  const { diff, installation, version } = view;
  const granted: readonly string[] = installation.grant?.permissions ?? [];
  const permissions = view.permissions as readonly { code: Permission; description: string; required: boolean }[];
  const fresh = [...diff.lists.permissions.added, ...diff.lists.optionalPermissions.added, ...diff.nowRequired];
  return (
    <ConsoleShell
      title={`${isOlder ? "Go back" : "Update"} to ${version}`}
      at="plugins"
      lead={`${row.plugin.displayName} on ${row.instance.name} has version ${row.version}.`}
    >
      <ErrorSummary problem={problem} />
      <UpdateCheck decided={decided} />
      {others.length < 2 ? null : (
        <form
          class="mt-6 flex max-w-md flex-wrap items-end gap-3"
          method="get"
          action={consolePaths.update(row.activationId)}
        >
          <div class="min-w-0 flex-1 basis-48">
            <label class="block text-sm font-medium" for="version">
              Version
            </label>
            <select id="version" name="version" class="field mt-1.5">
              {others.map((other) => (
                <option value={other} selected={other === version}>
                  {other}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" class="button button-quiet">
            Compare
          </button>
        </form>
      )}
      <Changes view={view} />
      <form class="card mt-6 grid grid-cols-1 gap-7 p-6" method="post" action={consolePaths.update(row.activationId)}>
        <input type="hidden" name="version" value={version} />
        <input type="hidden" name="closure" value={view.closureDigest} />
        <ConsentFields
          permissions={permissions}
          egress={egress}
          events={view.capabilities.events}
          chosen={granted}
          fresh={fresh}
        />
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {isOlder ? "Agree and go back" : "Agree and update"}
          </button>
          <LinkButton href={consolePaths.plugin(row.activationId)} isQuiet>
            Not now
          </LinkButton>
        </div>
      </form>
    </ConsoleShell>
  );
}

function Changes({ view: { diff } }: { view: DiffView }) {
  const names = Object.keys(LIST_WORDS) as (keyof typeof LIST_WORDS)[];
  const changed = names.filter((name) => diff.lists[name].added.length + diff.lists[name].removed.length > 0);
  if (changed.length === 0 && diff.nowRequired.length === 0)
    return <Note tone="good">It asks for exactly what the installed version asks for.</Note>;
  return (
    <section class="card mt-6 p-6" aria-labelledby="changes">
      <h2 id="changes" class="text-lg font-semibold">
        {diff.isGrowth ? "It asks for more than before" : "It asks for less than before"}
      </h2>
      <ul class="mt-2 grid gap-2 text-sm">
        {changed.map((name) => (
          <li>
            <span class="font-medium">{LIST_WORDS[name]}</span>
            {diff.lists[name].added.map((entry) => (
              <span class="block text-warn-on-soft">+ {wordsOf(entry)}</span>
            ))}
            {diff.lists[name].removed.map((entry) => (
              <span class="block text-muted-foreground">− {wordsOf(entry)}</span>
            ))}
          </li>
        ))}
        {diff.nowRequired.map((code) => (
          <li>{wordsOf(code)} was optional and is required now.</li>
        ))}
      </ul>
    </section>
  );
}

function wordsOf(entry: string): string {
  return isPermission(entry) ? permissionWords(entry).title : entry;
}
