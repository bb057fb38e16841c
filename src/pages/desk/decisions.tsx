import type { Child } from "hono/jsx";
import { deskPaths, type ReleaseDecision } from "../../contract/desk/paths.ts";
import { BLOCK_CODES } from "../../domain/release/blocks.ts";
import { PUBLIC_STATES } from "../../domain/release/states.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";
import { Section } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { Note, Select } from "../console/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { ReasonField } from "./parts.tsx";
import { DECISION_WORDS, REVIEW_WORDS } from "./review-words.ts";
import { FRAME_WORDS } from "./words.ts";

/** What the desk may do about a release from where it stands. */
export function decisionsOn(release: ReleaseView): readonly ReleaseDecision[] {
  const { state, block, appeal, checks } = release;
  if (state === "review") {
    const canAccept = checks.some(({ accepted }) => accepted !== null && accepted.by < accepted.of);
    const isUnclean = checks.some(({ result }) => result === "dirty" || result === "unknown");
    return [
      "approve",
      "reject",
      ...(canAccept ? (["accept"] as const) : []),
      ...(isUnclean ? (["rerun"] as const) : []),
    ];
  }
  if (state === "rejected") return appeal !== null && appeal.outcome === null ? ["appeal"] : [];
  if (state === "blocked")
    return block === null ? [] : block.confirmedAt === null ? ["confirm-block", "lift-block"] : ["lift-block"];
  return (PUBLIC_STATES as readonly string[]).includes(state) ? ["block"] : [];
}

/** Every act as a form of its own, with its reason. */
export function Decisions({
  release,
  isOwn,
  problem,
}: {
  release: ReleaseView;
  isOwn: boolean;
  problem: FormProblem | undefined;
}) {
  const words = wordsOf(REVIEW_WORDS);
  const possible = decisionsOn(release);
  return (
    <Section id="decide" title={words.decide}>
      {isOwn ? <Note tone="warn">{words.own}</Note> : null}
      {possible.length === 0 ? <p class="text-muted-foreground">{words.nothingToDecide}</p> : null}
      <div class="mt-4 grid items-start gap-8 lg:grid-cols-2">
        {isOwn
          ? null
          : possible.map((decision) => <Decision release={release} decision={decision} problem={problem} />)}
      </div>
    </Section>
  );
}

function Decision({
  release,
  decision,
  problem,
}: {
  release: ReleaseView;
  decision: ReleaseDecision;
  problem: FormProblem | undefined;
}) {
  const { title, lead, button } = wordsOf(DECISION_WORDS)[decision];
  const asksReason = decision !== "rerun" && decision !== "confirm-block";
  return (
    <form
      class="grid content-start gap-4 rounded-lg border border-border p-5"
      method="post"
      action={deskPaths.decide(release.releaseId, decision)}
      aria-labelledby={`act-${decision}`}
    >
      <div>
        <h3 id={`act-${decision}`} class="font-semibold">
          {title}
        </h3>
        <p class="mt-1 text-sm text-muted-foreground">{lead}</p>
      </div>
      <input type="hidden" name="sha256" value={release.sha256} />
      <Extra release={release} decision={decision} />
      {asksReason ? (
        <ReasonField
          id={`reason-${decision}`}
          hint={decision === "reject" || decision === "appeal" ? wordsOf(FRAME_WORDS).reasonTold : undefined}
          problem={problem}
        />
      ) : null}
      <div>
        <button type="submit" class={`button ${decision === "approve" ? "" : "button-quiet"}`}>
          {button}
        </button>
      </div>
    </form>
  );
}

function Extra({ release, decision }: { release: ReleaseView; decision: ReleaseDecision }): Child {
  const words = wordsOf(REVIEW_WORDS);
  if (decision === "block")
    return (
      <Select id="code" label={words.code} options={BLOCK_CODES.map((code) => [code, words.codes[code] ?? code])} />
    );
  if (decision === "accept")
    return (
      <Select
        id="check"
        label={words.check}
        options={release.checks
          .filter(({ accepted }) => accepted !== null && accepted.by < accepted.of)
          .map(({ name }) => [name, words.checkNames[name] ?? name])}
      />
    );
  if (decision !== "appeal") return null;
  return (
    <>
      <p class="text-sm">
        <span class="text-muted-foreground">{words.appealText}: </span>
        {release.appeal?.reason}
      </p>
      <Select
        id="outcome"
        label={words.outcome}
        options={[
          ["upheld", words.outcomes.upheld],
          ["overturned", words.outcomes.overturned],
        ]}
      />
    </>
  );
}
