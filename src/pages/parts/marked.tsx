import type { Range } from "../../domain/catalogue/highlight.ts";

/** A text with the words somebody searched for marked in it. */
export function Marked({ text, ranges = [] }: { text: string; ranges?: readonly Range[] | undefined }) {
  if (ranges.length === 0) return <>{text}</>;
  return (
    <>
      {ranges.map(({ from, to }, index) => (
        <>
          {text.slice(ranges[index - 1]?.to ?? 0, from)}
          <mark>{text.slice(from, to)}</mark>
        </>
      ))}
      {text.slice(ranges.at(-1)?.to)}
    </>
  );
}
