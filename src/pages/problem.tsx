import { paths } from "../contract/paths.ts";
import { SENTENCES } from "../contract/sentences.ts";
import type { Reason } from "../domain/reasons.ts";
import { LOST } from "./lost-words.ts";
import { Shell } from "./shell.tsx";
import { wordsOf } from "./words/dictionary.ts";

export function isReason(code: string): code is Reason {
  return Object.hasOwn(SENTENCES, code);
}

/** `/problems/{code}`: what a refusal of the API or of `rbsm` means. */
export function ProblemPage({ reason }: { reason: Reason }) {
  const words = wordsOf(LOST);
  return (
    <Shell title={`${reason} – Rising BSM Marketplace`} canonical={paths.problem(reason)}>
      <article class="wrap max-w-3xl pt-14">
        <p class="text-sm font-semibold text-muted-foreground">{words.code}</p>
        <h1 class="mt-1 font-mono text-2xl font-bold tracking-tight sm:text-3xl">{reason}</h1>
        <p class="mt-5 text-lg leading-relaxed" lang="en">
          {SENTENCES[reason]}
        </p>
        <p class="mt-5 leading-relaxed text-muted-foreground">
          {words.stable[0]}
          <code class="font-mono">code</code>
          {words.stable[1]}
          <code class="font-mono">error.code</code>
          {words.stable[2]}
        </p>
        <p class="mt-5">
          <a class="link" href={paths.doc("refusals")}>
            {words.allCodes}
          </a>
        </p>
      </article>
    </Shell>
  );
}
