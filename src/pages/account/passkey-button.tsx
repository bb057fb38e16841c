import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import { wordsOf } from "../words/dictionary.ts";
import { SIGN_IN } from "./words.ts";

interface PasskeyButtonProps {
  readonly act: "register" | "get";
  /** Where the options come from and where the answer goes. */
  readonly options: string;
  readonly answer: string;
  /** A path to go on with afterwards. */
  readonly next: string;
  readonly nonce: string;
  readonly children?: Child;
}

/** The one thing here that needs a script: the browser's passkey dialogue. Without one it says what else there is. */
export function PasskeyButton({ act, options, answer, next, nonce, children }: PasskeyButtonProps) {
  const words = wordsOf(SIGN_IN);
  return (
    <div data-passkey={act} data-options={options} data-answer={answer} data-next={next}>
      <button type="button" class="button w-full sm:w-auto">
        {children}
      </button>
      <p class="mt-3 text-sm text-destructive empty:hidden" role="status" />
      <noscript>
        <p class="mt-3 text-sm text-muted-foreground">{words.needsScript}</p>
      </noscript>
      <script type="module" src={paths.asset("passkey.js")} nonce={nonce} />
    </div>
  );
}
