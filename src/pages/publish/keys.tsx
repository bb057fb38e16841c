import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { CutKey, StoredKeyEvent } from "../../market/account/key-ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { describedBy, Empty, ErrorSummary, HintAndFault, LinkButton, Mark, Note, Select } from "../console/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { KEY_WORDS } from "./key-words.ts";
import { PublishShell } from "./layout.tsx";
import { holds, type Seat } from "./on-publish.ts";
import { type Paper, PaperFields } from "./paper.tsx";
import { FRAME_WORDS } from "./words.ts";

const TONES = { active: "good", retired: "quiet", compromised: "bad" } as const;

/** `/publish/{handle}/keys` */
export function KeysPage({
  seat,
  keys,
  events,
}: {
  seat: Seat;
  keys: readonly CutKey[];
  events: readonly StoredKeyEvent[];
}) {
  const words = wordsOf(KEY_WORDS);
  const { handle } = seat.member;
  const active = keys.filter(({ state }) => state === "active");
  return (
    <PublishShell
      seat={seat}
      title={words.title}
      at="keys"
      lead={words.lead}
      actions={
        holds(seat, "administer") ? (
          <>
            <LinkButton href={publisherPaths.keyForm(handle, "add")}>
              {keys.length === 0 ? words.enrollFirst : words.add}
            </LinkButton>
            {active.length > 1 ? (
              <LinkButton href={publisherPaths.keyForm(handle, "end")} isQuiet>
                {words.end}
              </LinkButton>
            ) : null}
          </>
        ) : undefined
      }
    >
      {keys.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <ul class="mt-8 grid gap-4">
          {keys.map((key) => (
            <li class="card p-5">
              <p class="flex flex-wrap items-center gap-3">
                <code class="font-mono font-semibold">{key.keyId.slice(0, 16)}…</code>
                <Mark tone={TONES[key.state]}>{words.states[key.state]}</Mark>
                <span class="text-sm text-muted-foreground">{words.stateText[key.state]}</span>
              </p>
              <dl class="mt-3 grid gap-2 text-sm">
                <div>
                  <dt class="text-muted-foreground">{words.keyId}</dt>
                  <dd class="font-mono text-xs">{key.keyId}</dd>
                </div>
                <div>
                  <dt class="text-muted-foreground">{words.publicKey}</dt>
                  <dd class="font-mono text-xs">{key.publicKey}</dd>
                </div>
              </dl>
              {Object.entries(key.cuts).map(([plugin, sequence]) => (
                <p class="mt-2 text-sm">{words.cut(plugin, String(sequence))}</p>
              ))}
            </li>
          ))}
        </ul>
      )}
      {active.length === 1 ? <p class="mt-4 text-sm text-muted-foreground">{words.needsTwo}</p> : null}
      {keys.length === 0 ? null : (
        <Section id="events" title={words.events}>
          {events.length === 0 ? <p class="text-muted-foreground">{words.noEvents}</p> : null}
          <ol class="divide-y divide-border text-sm">
            {events.toReversed().map((event) => (
              <li class="py-2.5">
                {event.sequence}. <Time at={event.at} /> · <code class="font-mono">{event.keyId.slice(0, 16)}…</code>{" "}
                {words.actions[event.action]} · {words.signer}{" "}
                {event.action === "recover" ? (
                  words.marketplace
                ) : (
                  <code class="font-mono">{event.signerKeyId.slice(0, 16)}…</code>
                )}
              </li>
            ))}
          </ol>
        </Section>
      )}
    </PublishShell>
  );
}

interface KeyFormProps {
  readonly seat: Seat;
  /** Those in use. */
  readonly active: readonly CutKey[];
  readonly typed?: URLSearchParams | undefined;
  readonly problem?: FormProblem | undefined;
}

const short = (keys: readonly CutKey[]) => keys.map(({ keyId }) => [keyId, `${keyId.slice(0, 16)}…`] as const);

/** `/publish/{handle}/keys/add`: which key is to join. */
export function AddKeyPage({ seat, active, typed, problem }: KeyFormProps) {
  const words = wordsOf(KEY_WORDS);
  const { next, cancel } = { ...wordsOf(FRAME_WORDS), ...words };
  const { handle } = seat.member;
  const fault = problem?.errors.find(({ field }) => field === "publicKey")?.text;
  return (
    <PublishShell
      seat={seat}
      title={active.length === 0 ? words.enrollFirst : words.add}
      at="keys"
      lead={words.addLead}
    >
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={publisherPaths.keyForm(handle, "add")}>
        <div>
          <label class="block text-sm font-medium" for="publicKey">
            {words.fieldPublic}
          </label>
          <textarea
            id="publicKey"
            name="publicKey"
            rows={4}
            maxlength={2000}
            required
            spellcheck={false}
            class="field mt-1.5 font-mono text-sm"
            aria-invalid={fault === undefined ? undefined : "true"}
            aria-describedby={describedBy("publicKey", words.fieldPublicHint, fault)}
          >
            {/PRIVATE/.test(typed?.get("publicKey") ?? "") ? "" : (typed?.get("publicKey") ?? "")}
          </textarea>
          <HintAndFault id="publicKey" hint={words.fieldPublicHint} fault={fault} />
        </div>
        {active.length === 0 ? null : <Select id="signer" label={words.signWith} options={short(active)} />}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {next}
          </button>
          <LinkButton href={publisherPaths.keys(handle)} isQuiet>
            {cancel}
          </LinkButton>
        </div>
      </form>
    </PublishShell>
  );
}

/** `/publish/{handle}/keys/end`: which key goes, and why. */
export function EndKeyPage({ seat, active, typed, problem }: KeyFormProps) {
  const words = wordsOf(KEY_WORDS);
  const { cancel } = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  const fault = problem?.errors.find(({ field }) => field === "from")?.text;
  return (
    <PublishShell seat={seat} title={words.end} at="keys" lead={words.endLead}>
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={publisherPaths.keyForm(handle, "end")}>
        <Select id="keyId" label={words.which} options={short(active)} value={typed?.get("keyId") ?? ""} />
        <Select
          id="action"
          label={words.how}
          value={typed?.get("action") ?? "retire"}
          options={[
            ["retire", words.retire],
            ["compromise", words.compromise],
          ]}
        />
        <div>
          <label class="block text-sm font-medium" for="from">
            {words.from}
          </label>
          <textarea
            id="from"
            name="from"
            rows={3}
            maxlength={4000}
            class="field mt-1.5 font-mono text-sm"
            aria-invalid={fault === undefined ? undefined : "true"}
            aria-describedby={describedBy("from", words.fromHint, fault)}
          >
            {typed?.get("from") ?? ""}
          </textarea>
          <HintAndFault id="from" hint={words.fromHint} fault={fault} />
        </div>
        <Select
          id="signer"
          label={words.signWith}
          options={short(active)}
          value={typed?.get("signer") ?? active.at(-1)?.keyId ?? ""}
        />
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {words.next}
          </button>
          <LinkButton href={publisherPaths.keys(handle)} isQuiet>
            {cancel}
          </LinkButton>
        </div>
      </form>
    </PublishShell>
  );
}

/** What has to be signed elsewhere before a key changes. */
export function KeyPapersPage({
  seat,
  papers,
  command,
  problem,
}: {
  seat: Seat;
  papers: readonly Paper[];
  /** The same with the command line; null where it has its own way. */
  command: string | null;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(KEY_WORDS);
  const { cancel } = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.proveTitle} at="keys" lead={words.proveLead}>
      <ErrorSummary problem={problem} />
      <form
        class="card mt-8 grid grid-cols-1 gap-8 p-6"
        method="post"
        action={publisherPaths.keyForm(handle, "papers")}
      >
        {papers.map((paper) => (
          <PaperFields paper={paper} problem={problem} />
        ))}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {words.done}
          </button>
          <LinkButton href={publisherPaths.keys(handle)} isQuiet>
            {cancel}
          </LinkButton>
        </div>
      </form>
      {command === null ? null : (
        <Note tone="quiet">
          <p class="font-semibold">{words.cli}</p>
          <pre class="mt-2 whitespace-pre-wrap font-mono text-sm">{command}</pre>
        </Note>
      )}
    </PublishShell>
  );
}
