import { paths } from "../contract/paths.ts";
import { SENTENCES } from "../contract/sentences.ts";
import type { Reason } from "../domain/reasons.ts";
import { Shell } from "./shell.tsx";

export function isReason(code: string): code is Reason {
  return Object.hasOwn(SENTENCES, code);
}

/** `/problems/{code}`: what a refusal of the API or of `rbsm` means. */
export function ProblemPage({ reason }: { reason: Reason }) {
  return (
    <Shell title={`${reason} – Rising BSM Marketplace`}>
      <article class="wrap max-w-3xl pt-14">
        <p class="text-sm font-semibold text-muted-foreground">Refusal code</p>
        <h1 class="mt-1 font-mono text-2xl font-bold tracking-tight sm:text-3xl">{reason}</h1>
        <p class="mt-5 text-lg leading-relaxed">{SENTENCES[reason]}</p>
        <p class="mt-5 leading-relaxed text-muted-foreground">
          The API answers with this code in <code class="font-mono">code</code> and{" "}
          <code class="font-mono">error.code</code> of a problem document (RFC 9457). It stays the same from version to
          version; the sentence may change.
        </p>
        <p class="mt-5">
          <a class="link" href={paths.doc("refusals")}>
            All refusal codes
          </a>
        </p>
      </article>
    </Shell>
  );
}
