import { placeOfIndex } from "../../../domain/json/utf8.ts";

/** Where the value of a JSON pointer (RFC 6901) stands in a text, or the nearest that is there. The text is valid JSON. */
export function placeOfPointer(text: string, pointer: string): { readonly line: number; readonly column: number } {
  const wanted = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return placeOfIndex(text, new Walk(text).find(wanted));
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+)/y;

class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The index of the deepest value on the way that exists. */
  find(wanted: readonly string[]): number {
    const start = this.#valueStart();
    const [name, ...rest] = wanted;
    if (name === undefined) return start;
    const opener = this.#next();
    if (opener !== "{" && opener !== "[") return start;
    for (let index = 0; ; index++) {
      if ("}]".includes(this.#peek())) return start;
      let key = String(index);
      if (opener === "{") {
        key = JSON.parse(this.#next()) as string;
        this.#next();
      }
      if (key === name) return this.find(rest);
      this.#skipValue();
      if (this.#next() !== ",") return start;
    }
  }

  #skipValue(): void {
    let depth = 0;
    do {
      const token = this.#next();
      if (token === "{" || token === "[") depth++;
      else if (token === "}" || token === "]") depth--;
      else if (token === "") return;
    } while (depth > 0);
  }

  #valueStart(): number {
    const gap = /\s*/y;
    gap.lastIndex = this.#at;
    return this.#at + (gap.exec(this.#text)?.[0].length ?? 0);
  }

  #peek(): string {
    const before = this.#at;
    const token = this.#next();
    this.#at = before;
    return token;
  }

  #next(): string {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match?.[1] ?? "";
  }
}
