import { encodeBase64url, encodeUtf8 } from "../../domain/bytes.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { parseJson } from "../../domain/json/strict.ts";
import type { Envelope } from "../../domain/trust/envelope.ts";
import { readSignature } from "../../domain/trust/public-key-text.ts";
import type { FormProblem } from "../console/form-problem.ts";
import { HintAndFault } from "../console/parts.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { KEY_WORDS } from "./key-words.ts";

/** A document that a key signs elsewhere: this server shows the text and takes the signature, and never sees a key. */
export interface Paper {
  /** Name of its fields in the form. */
  readonly id: string;
  readonly title: string;
  readonly payload: JsonObject & { readonly type: string };
  /** Whose signature is asked for. */
  readonly keyId: string;
}

/** The text, two ways to sign it, and the field for what comes out. */
export function PaperFields({ paper, problem }: { paper: Paper; problem?: FormProblem | undefined }) {
  const words = wordsOf(KEY_WORDS);
  const text = canonicalize(paper.payload);
  const field = `${paper.id}-signature`;
  const fault = problem?.errors.find((one) => one.field === field)?.text;
  return (
    <fieldset class="min-w-0">
      <legend class="font-semibold">{paper.title}</legend>
      <p class="mt-1 text-sm text-muted-foreground">
        {words.signedBy} <code class="font-mono">{paper.keyId.slice(0, 16)}…</code>
      </p>
      <input type="hidden" name={`${paper.id}-payload`} value={text} />
      <input type="hidden" name={`${paper.id}-key`} value={paper.keyId} />
      <pre
        class="mt-3 max-h-64 overflow-auto whitespace-pre-wrap rounded-lg bg-muted p-4 font-mono text-xs"
        tabindex={0}
      >
        {`printf '%s\\n%s' '${paper.payload.type}' '${text.replaceAll("'", "'\\''")}' > paper.txt\nopenssl pkeyutl -sign -rawin -inkey YOUR-KEY.pem -in paper.txt | base64`}
      </pre>
      <label class="mt-4 block text-sm font-medium" for={field}>
        {words.signature}
      </label>
      <textarea
        id={field}
        name={field}
        rows={3}
        maxlength={20_000}
        required
        spellcheck={false}
        class="field mt-1.5 font-mono text-sm"
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={fault === undefined ? `${field}-hint` : `${field}-hint ${field}-fault`}
      />
      <HintAndFault id={field} hint={words.signatureHint} fault={fault} />
    </fieldset>
  );
}

const MAX_DEPTH = 8;

/**
 * What came back: the bare signature under the text that was shown, or a whole envelope as `rbsm` writes it. Nothing of it is
 * trusted; the act that takes it verifies signature, key and every field. Null: it is neither.
 */
export function readPaper(form: URLSearchParams, id: string): Envelope | Json | null {
  const typed = form.get(`${id}-signature`)?.trim() ?? "";
  if (typed.startsWith("{")) {
    const parsed = parseJson(typed, { maxDepth: MAX_DEPTH, numbers: "integer" });
    return parsed.ok ? parsed.value : null;
  }
  const signature = readSignature(typed);
  const keyId = form.get(`${id}-key`) ?? "";
  if (signature === null) return null;
  const payload = encodeBase64url(encodeUtf8(form.get(`${id}-payload`) ?? ""));
  return { payload, signatures: [{ keyId, sig: encodeBase64url(signature) }] };
}

/** The text that was shown, to show it again beside what was wrong. */
export function paperAgain(form: URLSearchParams, id: string, title: string): Paper | null {
  const parsed = parseJson(form.get(`${id}-payload`) ?? "", { maxDepth: MAX_DEPTH, numbers: "integer" });
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return null;
  const payload = parsed.value as JsonObject;
  const { type } = payload;
  return typeof type === "string"
    ? { id, title, payload: { ...payload, type }, keyId: form.get(`${id}-key`) ?? "" }
    : null;
}
