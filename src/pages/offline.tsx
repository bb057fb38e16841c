import type { Hono } from "hono";
import { paths } from "../contract/paths.ts";
import { SENTENCES } from "../contract/sentences.ts";
import type { JsonObject } from "../domain/json/json.ts";
import { openRelease } from "../domain/license/offline.ts";
import { statusOf } from "../domain/license/status.ts";
import type { Problem } from "../domain/problem.ts";
import type { Reason } from "../domain/reasons.ts";
import { ok, type Result, refuse } from "../domain/result.ts";
import { answerOffline } from "../market/license/offline-answer.ts";
import { releaseOffline } from "../market/license/offline-release.ts";
import type { World } from "../market/ports.ts";
import { OFFLINE } from "./offline-words.ts";
import { errorPageResponse, pageResponse, type Reader, readerOf, render } from "./respond.ts";
import { Shell } from "./shell.tsx";
import { wordsOf } from "./words/dictionary.ts";

/** Files of devices are a kilobyte; with the form around them never more than this. */
const MAX_FORM_BYTES = 32_768;
const MAX_FILE_BYTES = 4_096;

/**
 * `/offline`: a technician with a handoff code brings the file of a device without a network and takes the answer along.
 * No script, no account: the code is the right, and it is used up.
 */
// biome-ignore lint/suspicious/noExplicitAny: the page needs nothing of the environment but the world
export function registerOffline(app: Hono<any>): void {
  app.get(paths.offline(), async (context) =>
    pageResponse(context.req.raw, await render(<OfflinePage />, readerOf(context.req.raw, context.get("world")))),
  );

  app.post(paths.offline(), async (context) => {
    const world = context.get("world") as World;
    const reader = readerOf(context.req.raw, world);
    const form = await readForm(context.req.raw);
    if (!form.ok) return refusedPage(form.problem, reader);
    const { text, code } = form.value;
    const caller = { code, address: context.req.header("cf-connecting-ip") ?? null };
    const isRelease = (await openRelease(text)) !== null;
    const answered = await (isRelease ? releaseOffline : answerOffline)(world, caller, text);
    if (!answered.ok) return refusedPage(answered.problem, reader);
    return isRelease ? releasedPage(answered.value, reader) : download(answered.value);
  });
}

function OfflinePage({ problem }: { problem?: Problem<Reason> }) {
  const words = wordsOf(OFFLINE);
  return (
    <Shell
      title={`${words.title} – Rising BSM Marketplace`}
      canonical={paths.offline()}
      isHidden={problem !== undefined}
    >
      <section class="wrap max-w-3xl pt-14">
        <h1 class="text-2xl font-bold tracking-tight sm:text-3xl">{words.heading}</h1>
        <p class="mt-5 leading-relaxed">
          {words.lead[0]}
          <code class="font-mono">.rbsm-req</code>
          {words.lead[1]}
          <code class="font-mono">.rbsm-rel</code>
          {words.lead[2]}
        </p>
        {problem === undefined ? null : (
          <div role="alert" class="mt-6 rounded-lg border border-border bg-accent p-4">
            <p class="font-semibold" lang="en">
              {SENTENCES[problem.reason]}
            </p>
            <p class="mt-1 text-sm text-muted-foreground">
              <a class="link" href={paths.problem(problem.reason)}>
                {problem.reason}
              </a>
              {typeof problem.facts?.why === "string" ? `: ${problem.facts.why}` : null}
            </p>
          </div>
        )}
        <form method="post" action={paths.offline()} enctype="multipart/form-data" class="mt-8 flex flex-col gap-5">
          <div>
            <label class="text-sm font-medium" for="code">
              {words.code}
            </label>
            <input
              id="code"
              class="field mt-1 font-mono"
              name="code"
              required
              maxlength={64}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
            />
          </div>
          <div>
            <label class="text-sm font-medium" for="file">
              {words.file}
            </label>
            <input id="file" class="field mt-1" type="file" name="file" accept=".rbsm-req,.rbsm-rel,text/plain" />
          </div>
          <div>
            <label class="text-sm font-medium" for="text">
              {words.text}
            </label>
            <textarea id="text" class="field mt-1 min-h-32 font-mono text-sm" name="text" maxlength={MAX_FILE_BYTES} />
          </div>
          <div>
            <button type="submit" class="button">
              {words.send}
            </button>
          </div>
        </form>
      </section>
    </Shell>
  );
}

function ReleasedPage({ code }: { code: string }) {
  const words = wordsOf(OFFLINE);
  return (
    <Shell title={`${words.title} – Rising BSM Marketplace`} isHidden>
      <section class="wrap max-w-3xl pt-14">
        <h1 class="text-2xl font-bold tracking-tight sm:text-3xl">
          {code === "RELEASED" ? words.free : words.wasFree}
        </h1>
        <p class="mt-5 leading-relaxed">{words.freeHint}</p>
      </section>
    </Shell>
  );
}

async function refusedPage(problem: Problem<Reason>, reader: Reader): Promise<Response> {
  const status =
    problem.reason === "BODY_TOO_LARGE" ? 413 : problem.reason === "VALIDATION_ERROR" ? 422 : statusOf(problem.reason);
  return errorPageResponse(await render(<OfflinePage problem={problem} />, reader), status < 400 ? 422 : status);
}

async function releasedPage(answer: JsonObject, reader: Reader): Promise<Response> {
  return errorPageResponse(await render(<ReleasedPage code={String(answer.code)} />, reader), 200);
}

/** Never shown, always saved: the browser keeps the page with the form. */
function download(answer: JsonObject): Response {
  return new Response(String(answer.file), {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${String(answer.fileName)}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

async function readForm(request: Request): Promise<Result<{ text: string; code: string }, Problem<Reason>>> {
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (!(length <= MAX_FORM_BYTES)) return refuse({ reason: "BODY_TOO_LARGE" });
  const form = await request.formData().catch(() => null);
  if (form === null) return refuse({ reason: "BODY_INVALID" });
  const file = form.get("file");
  const uploaded = file !== null && typeof file !== "string" && file.size > 0 ? await file.text() : "";
  const text = uploaded !== "" ? uploaded : textOf(form.get("text"));
  if (text.trim() === "" || text.length > MAX_FILE_BYTES) return refuse({ reason: "OFFLINE_REQUEST_INVALID" });
  return ok({ text, code: textOf(form.get("code")) });
}

function textOf(value: File | string | null): string {
  return typeof value === "string" ? value : "";
}
