import { deskPaths } from "../../contract/desk/paths.ts";
import type { Json } from "../../domain/json/json.ts";
import type { AuditFilter, AuditRow } from "../../market/desk/ports.ts";
import { Time } from "../account/form-parts.tsx";
import { LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { AUDIT_WORDS } from "./audit-words.ts";
import { DeskShell } from "./layout.tsx";
import { Table } from "./parts.tsx";
import { FRAME_WORDS } from "./words.ts";

/** `/desk/audit` */
export function AuditPage({
  rows,
  filter,
  older,
}: {
  rows: readonly AuditRow[];
  filter: AuditFilter;
  /** The row before which the next page begins; null: this was the last. */
  older: string | null;
}) {
  const words = wordsOf(AUDIT_WORDS);
  const frame = wordsOf(FRAME_WORDS);
  return (
    <DeskShell
      title={words.title}
      at="audit"
      lead={words.lead}
      actions={
        <LinkButton href={deskPaths.verify()} isQuiet>
          {words.verify}
        </LinkButton>
      }
      isWide
    >
      <form
        class="mt-6 grid items-end gap-4 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1fr_auto]"
        method="get"
        action={deskPaths.audit()}
      >
        <Filter id="action" label={words.action} hint={words.actionHint} value={filter.action} />
        <Filter id="subject" label={words.subject} hint={words.subjectHint} value={filter.subject} />
        <Filter id="actor" label={words.actor} hint={words.actorHint} value={filter.actor} />
        <button type="submit" class="button mb-7 justify-self-start">
          {words.filter}
        </button>
      </form>
      <AuditTable rows={rows} caption={words.title} />
      {older === null ? null : (
        <p class="mt-6">
          <LinkButton href={deskPaths.audit({ ...filter, before: older })} isQuiet>
            {frame.more}
          </LinkButton>
        </p>
      )}
    </DeskShell>
  );
}

interface FilterProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly value: string | undefined;
}

function Filter({ id, label, hint, value }: FilterProps) {
  return (
    <div class="min-w-0">
      <label class="block text-sm font-medium" for={id}>
        {label}
      </label>
      <input
        id={id}
        name={id}
        class="field mt-1.5"
        maxlength={100}
        value={value ?? ""}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
      />
      <p id={`${id}-hint`} class="mt-1.5 text-sm text-muted-foreground">
        {hint}
      </p>
    </div>
  );
}

export function AuditTable({ rows, caption }: { rows: readonly AuditRow[]; caption: string }) {
  const words = wordsOf(AUDIT_WORDS);
  if (rows.length === 0) return <p class="mt-4 text-muted-foreground">{words.none}</p>;
  return (
    <Table caption={caption} head={[words.when, words.action, words.subject, words.actor, words.facts]}>
      {rows.map((row) => (
        <tr>
          <td class="whitespace-nowrap">
            <Time at={row.at} />
          </td>
          <td>
            <a class="link" href={deskPaths.audit({ action: row.action })}>
              <code class="font-mono text-sm">{row.action}</code>
            </a>
            {row.chain === undefined ? null : (
              <span class="mt-1 block">
                <Mark tone={row.chain === null ? "quiet" : "good"}>
                  {row.chain === null ? words.unsealed : words.sealed}
                </Mark>
              </span>
            )}
          </td>
          <td>
            <Subject row={row} />
          </td>
          <td>
            <Actor row={row} />
          </td>
          <td class="min-w-64">
            <Facts row={row} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Subject({ row: { subjectKind, subjectId } }: { row: AuditRow }) {
  const href =
    subjectKind === "release"
      ? deskPaths.release(subjectId)
      : subjectKind === "plugin"
        ? deskPaths.plugin(subjectId)
        : subjectKind === "license"
          ? deskPaths.license(subjectId)
          : deskPaths.audit({ subject: `${subjectKind}:${subjectId}` });
  return (
    <a class="link" href={href}>
      {subjectKind} {subjectId}
    </a>
  );
}

function Actor({ row: { actorKind, actorId, actorName } }: { row: AuditRow }) {
  const words = wordsOf(FRAME_WORDS);
  if (actorKind === "system") return <>{words.system}</>;
  return (
    <a class="link" href={deskPaths.audit({ actor: `${actorKind}:${actorId}` })}>
      {actorName ?? `${actorKind === "account" ? words.account : words.instance} ${actorId}`}
    </a>
  );
}

function Facts({ row: { data } }: { row: AuditRow }) {
  const entries = Object.entries(data).filter(([, value]) => value !== null && value !== "");
  return (
    <dl class="text-sm">
      {entries.map(([name, value]) => (
        <div class="flex flex-wrap gap-x-2">
          <dt class="text-muted-foreground">{name}</dt>
          <dd class="min-w-0 break-words">{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Digests by their beginning: nobody reads the rest. */
function shown(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 16)}…` : value;
}

/** `/desk/audit/verify` */
export function VerifyPage({ acts, last, brokenAt }: { acts: number; last: string | null; brokenAt: number | null }) {
  const words = wordsOf(AUDIT_WORDS);
  return (
    <DeskShell title={words.verify} at="audit" lead={words.lead}>
      {brokenAt === null ? (
        <Note tone="good">{words.intact(formatCount(acts))}</Note>
      ) : (
        <Note tone="bad">{words.broken(formatCount(brokenAt))}</Note>
      )}
      {last === null ? null : (
        <>
          <p class="mt-6 text-sm text-muted-foreground">{words.last}</p>
          <p class="font-mono text-sm break-all">{last}</p>
        </>
      )}
    </DeskShell>
  );
}
