import { paths } from "../../contract/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import type { BundleProblem } from "../../domain/bundle/open.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { CheckedUpload } from "../../market/publisher/check-upload.ts";
import { Facts, HintAndFault, Note } from "../console/parts.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";
import { SpotList } from "./parts.tsx";
import { RELEASE_WORDS, UPLOAD_WORDS } from "./release-words.ts";

export type UploadAnswer =
  | { readonly kind: "fine"; readonly checked: CheckedUpload }
  | { readonly kind: "refused"; readonly problem: Problem<Reason> }
  | { readonly kind: "no_file" };

/** `/publish/{handle}/upload` */
export function UploadPage({ seat, answer }: { seat: Seat; answer?: UploadAnswer }) {
  const words = wordsOf(UPLOAD_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.title} at="upload" lead={words.lead}>
      {answer?.kind === "refused" ? <Refused problem={answer.problem} /> : null}
      {answer?.kind === "fine" ? <Fine checked={answer.checked} /> : null}
      <form
        class="card mt-8 grid grid-cols-1 gap-5 p-6"
        method="post"
        enctype="multipart/form-data"
        action={publisherPaths.upload(handle)}
      >
        <FileField
          id="bundle"
          label={words.bundle}
          accept=".rbsm,.bundle"
          hint={words.bundleHint}
          fault={answer?.kind === "no_file" ? words.noFile : undefined}
        />
        <FileField id="statement" label={words.statement} accept=".json,application/json" hint={words.statementHint} />
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button" name="act" value="publish">
            {words.publish}
          </button>
          <button type="submit" class="button button-quiet" name="act" value="check">
            {words.check}
          </button>
        </div>
      </form>
    </PublishShell>
  );
}

function FileField({
  id,
  label,
  accept,
  hint,
  fault,
}: {
  id: string;
  label: string;
  accept: string;
  hint: string;
  fault?: string | undefined;
}) {
  const { optional } = wordsOf(UPLOAD_WORDS);
  return (
    <div>
      <label class="block text-sm font-medium" for={id}>
        {label}
        {id === "bundle" ? null : <span class="font-normal text-muted-foreground"> ({optional})</span>}
      </label>
      <input
        id={id}
        name={id}
        type="file"
        accept={accept}
        class="field mt-1.5"
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={fault === undefined ? `${id}-hint` : `${id}-hint ${id}-fault`}
      />
      <HintAndFault id={id} hint={hint} fault={fault} />
    </div>
  );
}

/** Why, and every place in the bundle that has to change. */
function Refused({ problem }: { problem: Problem<Reason> }) {
  const words = wordsOf(UPLOAD_WORDS);
  const problems = problemsIn(problem);
  return (
    <section class="card mt-8 p-6" role="alert" tabindex={-1} autofocus aria-labelledby="refused">
      <h2 id="refused" class="text-xl font-semibold">
        {words.refused}
      </h2>
      <p class="mt-1 text-muted-foreground">{words.refusedText}</p>
      <div class="mt-3">
        {problems.length > 0 ? (
          <SpotList
            spots={problems.map(({ code, detail, pointer, ...where }) => ({
              ...where,
              path: where.path ?? (pointer === undefined ? undefined : `manifest.json ${pointer}`),
              severity: "error" as const,
              rule: code,
              message: detail,
            }))}
          />
        ) : (
          <>
            <p>{problem.detail ?? SENTENCES[problem.reason]}</p>
            <FactLine problem={problem} />
            <p class="mt-2 text-sm">
              <a class="link" href={paths.problem(problem.reason)}>
                {words.meaning} <code class="font-mono">{problem.reason}</code>
              </a>
            </p>
          </>
        )}
      </div>
    </section>
  );
}

/** Facts of a refusal that are plain words. */
function FactLine({ problem }: { problem: Problem<Reason> }) {
  const facts = Object.entries(problem.facts ?? {}).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number"
      ? [`${name}: ${value}`]
      : Array.isArray(value) && value.every((one) => typeof one === "string")
        ? [`${name}: ${value.join(", ")}`]
        : [],
  );
  return facts.length === 0 ? null : <p class="mt-1 font-mono text-sm text-muted-foreground">{facts.join(" · ")}</p>;
}

function problemsIn({ facts }: Problem<Reason>): readonly BundleProblem[] {
  const problems = facts?.problems;
  return Array.isArray(problems) ? (problems as unknown as readonly BundleProblem[]) : [];
}

function Fine({ checked }: { checked: CheckedUpload }) {
  const words = wordsOf(UPLOAD_WORDS);
  const release = wordsOf(RELEASE_WORDS);
  return (
    <>
      <Note tone="good">
        <p class="font-semibold">{words.fine}</p>
        <p class="mt-1">{checked.isKnown ? words.known : words.fineText}</p>
      </Note>
      <div class="card mt-4 p-6">
        <Facts
          rows={[
            [release.plugin, `${checked.name} ${checked.version}${checked.isNewPlugin ? ` – ${words.newPlugin}` : ""}`],
            [release.channel, checked.channel],
            [release.size, formatBytes(checked.size)],
            [words.files, formatCount(checked.files)],
            [words.asks, checked.permissions.length === 0 ? words.nothing : checked.permissions.join(", ")],
            [words.talks, checked.egress.length === 0 ? words.nothing : checked.egress.join(", ")],
            [release.digest, <code class="font-mono text-xs">{checked.sha256}</code>],
            [release.sign, checked.isSigned ? words.signed : words.unsigned],
          ]}
        />
      </div>
    </>
  );
}
