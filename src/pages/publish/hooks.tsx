import { publisherPaths } from "../../contract/publisher/paths.ts";
import { HOOK_EVENTS } from "../../domain/release/hook-events.ts";
import type { Hook, HookDelivery } from "../../market/hooks/ports.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { Empty, ErrorSummary, Input, LinkButton, Mark, Note } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { HOOK_WORDS } from "./hook-words.ts";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";

/** `/publish/{handle}/webhooks` */
export function HooksPage({
  seat,
  hooks,
  typed,
  problem,
}: {
  seat: Seat;
  hooks: readonly Hook[];
  typed?: URLSearchParams | undefined;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(HOOK_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.title} at="webhooks" lead={words.lead}>
      <ErrorSummary problem={problem} />
      {hooks.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <ul class="mt-8 grid gap-4">
          {hooks.map((hook) => (
            <li class="card p-5">
              <h2 class="font-semibold">
                <a class="link" href={publisherPaths.webhook(handle, hook.id)}>
                  {hook.url}
                </a>
              </h2>
              <p class="mt-2 flex flex-wrap items-center gap-3 text-sm text-muted-foreground">
                <HookMark hook={hook} />
                {hook.events.length === 0 ? words.everything : hook.events.join(", ")}
              </p>
            </li>
          ))}
        </ul>
      )}
      <Section id="add" title={words.add}>
        <form class="grid gap-5" method="post" action={publisherPaths.webhooks(handle)}>
          <HookFields typed={typed} problem={problem} />
          <div>
            <button type="submit" class="button">
              {words.add}
            </button>
          </div>
        </form>
      </Section>
    </PublishShell>
  );
}

function HookMark({ hook }: { hook: Hook }) {
  const words = wordsOf(HOOK_WORDS);
  return (
    <>
      <Mark tone={hook.pausedAt === null ? "good" : "bad"}>
        {hook.pausedAt === null ? words.states.active : words.states.paused}
      </Mark>
      {hook.failures > 0 ? <Mark tone="warn">{words.failures(formatCount(hook.failures))}</Mark> : null}
    </>
  );
}

function HookFields({
  hook,
  typed,
  problem,
}: {
  hook?: Hook;
  typed?: URLSearchParams | undefined;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(HOOK_WORDS);
  const chosen = typed?.getAll("event") ?? hook?.events ?? [];
  return (
    <>
      <Input
        id="url"
        type="url"
        label={words.url}
        hint={words.urlHint}
        max={2048}
        value={typed?.get("url") ?? hook?.url ?? ""}
        problem={problem}
      />
      <fieldset>
        <legend class="text-sm font-medium">{words.events}</legend>
        <p class="mt-1 text-sm text-muted-foreground">{words.eventsHint}</p>
        <div class="mt-2 grid gap-x-6 sm:grid-cols-2 lg:grid-cols-3">
          {HOOK_EVENTS.map((event) => (
            <label class="flex min-h-9 items-center gap-2.5 font-mono text-sm">
              <input type="checkbox" name="event" value={event} checked={chosen.includes(event)} />
              {event}
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}

/** `/publish/{handle}/webhooks/{id}` */
export function HookPage({
  seat,
  hook,
  deliveries,
  older,
  problem,
}: {
  seat: Seat;
  hook: Hook;
  deliveries: readonly HookDelivery[];
  /** Where the next page begins; null: this was the last. */
  older: number | null;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(HOOK_WORDS);
  const { handle } = seat.member;
  const act = (name: Parameters<typeof publisherPaths.webhookAct>[2]) =>
    publisherPaths.webhookAct(handle, hook.id, name);
  return (
    <PublishShell seat={seat} title={words.title} at="webhooks" lead={hook.url}>
      <ErrorSummary problem={problem} />
      <p class="mt-4 flex flex-wrap gap-3">
        <HookMark hook={hook} />
      </p>
      {hook.pausedAt === null ? null : (
        <Note tone="warn">
          <p>{words.pausedText}</p>
          <div class="mt-3">
            <Act to={act("resume")} fields={{}}>
              {words.resume}
            </Act>
          </div>
        </Note>
      )}
      <Section id="deliveries" title={words.deliveries}>
        {deliveries.length === 0 ? <p class="text-muted-foreground">{words.noDeliveries}</p> : null}
        <ul class="divide-y divide-border">
          {deliveries.map((delivery) => (
            <li class="flex flex-wrap items-center justify-between gap-3 py-3">
              <Delivery delivery={delivery} />
              <Act to={act("replay")} fields={{ delivery: delivery.id }}>
                {words.replay}
              </Act>
            </li>
          ))}
        </ul>
        {older === null ? null : (
          <p class="mt-3">
            <a class="link" href={`${publisherPaths.webhook(handle, hook.id)}?before=${older}`}>
              {words.older}
            </a>
          </p>
        )}
        {deliveries.length === 0 ? null : (
          <form class="mt-6 flex flex-wrap items-end gap-3" method="post" action={act("replay")}>
            <div>
              <label class="block text-sm font-medium" for="from">
                {words.replayFrom}
              </label>
              <input id="from" name="from" type="number" min="1" required class="field mt-1.5 w-40" />
            </div>
            <button type="submit" class="button button-quiet">
              {words.replay}
            </button>
          </form>
        )}
      </Section>
      <Section id="change" title={words.change}>
        <form class="grid gap-5" method="post" action={act("change")}>
          <HookFields hook={hook} problem={problem} />
          <div>
            <button type="submit" class="button">
              {words.change}
            </button>
          </div>
        </form>
      </Section>
      <Section id="secret" title={words.secret}>
        {hook.rotatingUntil === null ? null : (
          <p class="mb-4 text-muted-foreground">
            {words.rotating} <Time at={hook.rotatingUntil} />.
          </p>
        )}
        <div class="flex flex-wrap gap-3">
          <Act to={act("rotate")} fields={{}}>
            {words.rotate}
          </Act>
          <Act to={act("remove")} fields={{}}>
            {words.remove}
          </Act>
        </div>
      </Section>
    </PublishShell>
  );
}

function Delivery({ delivery }: { delivery: HookDelivery }) {
  const words = wordsOf(HOOK_WORDS);
  const { state, sequence, type, at, attempts, lastStatus, notBefore } = delivery;
  const tone = { queued: "info", sending: "info", delivered: "good", dead: "bad" } as const;
  return (
    <div class="min-w-0">
      <p class="flex flex-wrap items-center gap-3">
        <code class="font-mono text-sm">
          {sequence}. {type}
        </code>
        <Mark tone={tone[state]}>{words.deliveryStates[state]}</Mark>
      </p>
      <p class="mt-1 text-sm text-muted-foreground">
        <Time at={at} /> · {words.attempts(formatCount(attempts))}
        {lastStatus === null ? "" : ` · ${words.answered(String(lastStatus))}`}
        {state === "queued" && attempts > 0 ? (
          <>
            {" "}
            · {words.nextTry} <Time at={notBefore} />
          </>
        ) : null}
      </p>
    </div>
  );
}

/** Shown once: what the hook's messages are signed with. */
export function HookSecretPage({ seat, hook, secret }: { seat: Seat; hook: Hook; secret: string }) {
  const words = wordsOf(HOOK_WORDS);
  return (
    <PublishShell seat={seat} title={words.secret} at="webhooks" lead={hook.url}>
      <div class="card mt-8 p-6">
        <p class="text-muted-foreground">{words.secretText}</p>
        <pre class="mt-4 whitespace-pre-wrap rounded-lg bg-muted p-4 font-mono text-sm">{secret}</pre>
        <p class="mt-5">
          <LinkButton href={publisherPaths.webhook(seat.member.handle, hook.id)}>{words.copied}</LinkButton>
        </p>
      </div>
    </PublishShell>
  );
}
