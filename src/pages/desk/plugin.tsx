import { deskPaths, type PluginAct } from "../../contract/desk/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { DeskPlugin } from "../../market/desk/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, Facts, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { StateMark } from "../publish/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { ReasonField, Table } from "./parts.tsx";
import { SHEET_WORDS } from "./people-words.ts";

const TONES = { active: "good", deprecated: "warn", archived: "quiet", quarantined: "bad", removed: "quiet" } as const;

export function PluginState({ state }: { state: DeskPlugin["state"] }) {
  return <Mark tone={TONES[state]}>{wordsOf(SHEET_WORDS).pluginStates[state]}</Mark>;
}

/** What the desk may do about a plugin from where it stands. */
function actsOn({ state, suspension }: DeskPlugin): readonly PluginAct[] {
  if (suspension !== null) return suspension.isDesk ? ["resume"] : ["suspend"];
  if (state === "quarantined") return ["release"];
  return state === "active" || state === "deprecated" ? ["suspend", "hold"] : [];
}

/** `/desk/plugins/{id}` */
export function DeskPluginPage({ plugin, problem }: { plugin: DeskPlugin; problem?: FormProblem | undefined }) {
  const words = wordsOf(SHEET_WORDS);
  const { suspension } = plugin;
  return (
    <DeskShell
      title={plugin.displayName}
      at="publishers"
      lead={
        suspension === null ? (
          <PluginState state={plugin.state} />
        ) : (
          <Mark tone="bad">
            {words.suspended} {suspension.isDesk ? words.byDesk : words.byPublisher}
          </Mark>
        )
      }
      actions={
        <LinkButton href={deskPaths.audit({ subject: `plugin:${plugin.pluginId}` })} isQuiet>
          {words.audit}
        </LinkButton>
      }
    >
      <ErrorSummary problem={problem} />
      {suspension === null ? null : (
        <Note tone="warn">
          {suspension.reason} (<Time at={suspension.at} />)
        </Note>
      )}
      <div class="mt-8">
        <Facts
          rows={[
            [
              words.name,
              <a class="link" href={paths.plugin(plugin.name)}>
                {plugin.name}
              </a>,
            ],
            [
              words.publisher,
              <a class="link" href={deskPaths.publisher(plugin.publisher)}>
                {plugin.publisher}
              </a>,
            ],
            [words.installations, formatCount(plugin.installations)],
          ]}
        />
      </div>
      <Section id="releases" title={words.releases}>
        <Table caption={words.releases} head={[words.version, words.state, words.uploaded]}>
          {plugin.releases.map(({ releaseId, version, state, createdAt }) => (
            <tr>
              <td>
                <a class="link" href={deskPaths.release(releaseId)}>
                  {version}
                </a>
              </td>
              <td>
                <StateMark state={state} />
              </td>
              <td class="whitespace-nowrap">
                <Time at={createdAt} />
              </td>
            </tr>
          ))}
        </Table>
      </Section>
      <Section id="shelf" title={words.shelf}>
        <div class="grid items-start gap-8 lg:grid-cols-2">
          {actsOn(plugin).map((act) => (
            <PluginActForm pluginId={plugin.pluginId} act={act} problem={problem} />
          ))}
        </div>
      </Section>
    </DeskShell>
  );
}

function PluginActForm({
  pluginId,
  act,
  problem,
}: {
  pluginId: string;
  act: PluginAct;
  problem: FormProblem | undefined;
}) {
  const words = wordsOf(SHEET_WORDS);
  return (
    <form
      class="grid content-start gap-4 rounded-lg border border-border p-5"
      method="post"
      action={deskPaths.pluginAct(pluginId, act)}
      aria-labelledby={`act-${act}`}
    >
      <div>
        <h3 id={`act-${act}`} class="font-semibold">
          {words[act]}
        </h3>
        <p class="mt-1 text-sm text-muted-foreground">{words[`${act}Lead`]}</p>
      </div>
      {act === "resume" ? null : <ReasonField id={`reason-${act}`} problem={problem} />}
      <div>
        <button type="submit" class="button button-quiet">
          {words[act]}
        </button>
      </div>
    </form>
  );
}
