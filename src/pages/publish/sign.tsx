import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { CutKey } from "../../market/account/key-ports.ts";
import type { ReleaseView } from "../../market/publish/show-release.ts";
import type { FormProblem } from "../console/form-problem.ts";
import { Empty, ErrorSummary, LinkButton, Note, Select } from "../console/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { KEY_WORDS } from "./key-words.ts";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";
import { type Paper, PaperFields } from "./paper.tsx";
import { RELEASE_WORDS } from "./release-words.ts";
import { FRAME_WORDS } from "./words.ts";

/** `/publish/{handle}/releases/{id}/sign` */
export function SignPage({
  seat,
  release,
  keys,
  paper,
  problem,
}: {
  seat: Seat;
  release: ReleaseView;
  keys: readonly CutKey[];
  /** Null: there is no key to sign with. */
  paper: Paper | null;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(RELEASE_WORDS);
  const keyWords = wordsOf(KEY_WORDS);
  const { cancel } = wordsOf(FRAME_WORDS);
  const { handle } = seat.member;
  const here = publisherPaths.releaseAct(handle, release.releaseId, "sign");
  return (
    <PublishShell seat={seat} title={words.sign} at="plugins" lead={words.signLead}>
      <ErrorSummary problem={problem} />
      {paper === null ? (
        <Empty title={keyWords.none}>
          <a class="link" href={publisherPaths.keys(handle)}>
            {keyWords.enrollFirst}
          </a>
        </Empty>
      ) : (
        <form class="card mt-8 grid grid-cols-1 gap-6 p-6" method="post" action={here}>
          <PaperFields paper={paper} problem={problem} />
          <div class="flex flex-wrap gap-3">
            <button type="submit" class="button">
              {words.signNow}
            </button>
            <LinkButton href={publisherPaths.release(handle, release.releaseId)} isQuiet>
              {cancel}
            </LinkButton>
          </div>
        </form>
      )}
      {keys.length > 1 ? (
        <form class="mt-6 flex flex-wrap items-end gap-3" method="get" action={here}>
          <Select
            id="key"
            label={keyWords.signWith}
            value={paper?.keyId ?? ""}
            options={keys.map(({ keyId }) => [keyId, `${keyId.slice(0, 16)}…`] as const)}
          />
          <button type="submit" class="button button-quiet">
            {keyWords.next}
          </button>
        </form>
      ) : null}
      <Note tone="quiet">
        <p class="font-semibold">{keyWords.cli}</p>
        <pre class="mt-2 whitespace-pre-wrap font-mono text-sm">{words.signCommand}</pre>
      </Note>
    </PublishShell>
  );
}
