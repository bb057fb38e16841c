import { visibleText } from "../visible-text.ts";

/** Shown in one line wherever people are: no control characters. */
export const ONE_LINE = visibleText()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, "control characters are not allowed");
