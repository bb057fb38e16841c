import type { Result } from "../result.ts";
import { refuse } from "../result.ts";
import type { BundleReason } from "./reasons.ts";

/** One reason why a bundle is refused. Lines and columns count from 1; `pointer` is RFC 6901 into `manifest.json`. */
export interface BundleProblem {
  readonly code: BundleReason;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
  /** For people: what was found, and where numbers help, which. */
  readonly detail: string;
}

export type Where = Omit<BundleProblem, "code" | "detail">;

export function problem(code: BundleReason, detail: string, where: Where = {}): BundleProblem {
  return { code, ...where, detail };
}

export function refused(code: BundleReason, detail: string, where: Where = {}): Result<never, BundleProblem> {
  return refuse(problem(code, detail, where));
}

/** Profile findings of steps 1–8: only the first can ever be reported. */
export class Held {
  #first: BundleProblem | null = null;

  hold(code: BundleReason, detail: string, where: Where = {}): void {
    this.#first ??= problem(code, detail, where);
  }

  get first(): BundleProblem | null {
    return this.#first;
  }
}
