import { SENTENCES } from "../../contract/sentences.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { dictionary, wordsOf } from "../words/dictionary.ts";
import type { Language } from "../words/language.ts";

/** A refusal as a form shows it: one sentence, and what is wrong with which field. */
export interface FormProblem {
  readonly reason: Reason;
  readonly sentence: string;
  readonly errors: readonly { readonly field: string; readonly text: string }[];
}

/** `labels` name the fields of the form for people. */
export function formProblem(
  problem: Problem<Reason>,
  labels: Readonly<Record<string, string>> = {},
  language: Language = "en",
): FormProblem {
  const faults = faultsIn(problem, language).map(({ pointer, detail }) => {
    const field = pointer.split("/").at(-1) ?? "";
    return { field, text: `${labels[field] ?? field}: ${detail}` };
  });
  return { reason: problem.reason, sentence: problem.detail ?? SENTENCES[problem.reason], errors: faults };
}

export function invalidForm(errors: readonly { readonly field: string; readonly text: string }[]): FormProblem {
  return { reason: "VALIDATION_ERROR", sentence: SENTENCES.VALIDATION_ERROR, errors };
}

/** 404 for what is absent or another's, 422 for values, 429 for haste, 409 for everything that stands in the way. */
export function statusOf(reason: Reason): number {
  if (ABSENT.includes(reason)) return 404;
  if (reason === "RATE_LIMITED" || reason === "ACTIVATION_BUDGET") return 429;
  if (reason === "PERMISSION_DENIED") return 403;
  return reason === "VALIDATION_ERROR" || reason === "url_refused" ? 422 : 409;
}
const ABSENT: readonly Reason[] = ["NOT_FOUND", "installation_not_found", "release_not_found", "execution_not_found"];

export function isAbsent(reason: Reason): boolean {
  return ABSENT.includes(reason);
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

function faultsIn({ facts, detail, reason }: Problem<Reason>, language: Language): readonly Fault[] {
  const errors = facts?.errors;
  if (Array.isArray(errors)) return errors.filter(isFault);
  if (typeof facts?.pointer !== "string") return [];
  return [{ pointer: facts.pointer, detail: whyWords(facts.why, language) ?? detail ?? SENTENCES[reason] }];
}

function isFault(value: unknown): value is Fault {
  return typeof value === "object" && value !== null && "pointer" in value && "detail" in value;
}

type Whys = Readonly<Record<string, string>>;

const WHY = dictionary<Whys>({
  en: {
    not_a_url: "this is no web address",
    not_https: "must begin with https://",
    credentials: "must not carry a name or password",
    fragment: "must not carry a part after #",
    name_without_dot: "needs a public host name",
    private_address: "must not be a private address",
    private_name: "must not be a private name",
    rebinding_name: "this host name is not accepted",
  },
  de: {
    not_a_url: "das ist keine Webadresse",
    not_https: "muss mit https:// beginnen",
    credentials: "darf weder Namen noch Passwort enthalten",
    fragment: "darf keinen Teil nach # enthalten",
    name_without_dot: "braucht einen öffentlichen Hostnamen",
    private_address: "darf keine private Adresse sein",
    private_name: "darf kein privater Name sein",
    rebinding_name: "dieser Hostname wird nicht angenommen",
  },
});

function whyWords(why: unknown, language: Language): string | undefined {
  return typeof why === "string" ? wordsOf(WHY, language)[why] : undefined;
}
