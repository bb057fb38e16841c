/** `end` closes the text; `broken` means that it cannot be cut into tokens. */
export type TokenKind = "word" | "number" | "string" | "template" | "regex" | "punctuator" | "end" | "broken";

export interface Token {
  readonly kind: TokenKind;
  /** As written; for a template the part up to the next `${` or the closing mark. */
  readonly text: string;
  /** UTF-16 index. */
  readonly at: number;
  readonly isAfterNewline: boolean;
}

const SPACE = /(?:\s|\ufeff)+/uy;
const LINE_COMMENT = /\/\/[^\n\r]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const WORD = /#?(?:[\p{ID_Start}$_]|\\u[0-9a-fA-F{}]+)(?:[\p{ID_Continue}$\u200c\u200d]|\\u[0-9a-fA-F{}]+)*/uy;
const NUMBER = /(?:0[xXoObB][0-9a-fA-F_]+n?|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?n?)/y;
const STRING = /"(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*'/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
const REGEX = /\/(?:[^/\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[\p{ID_Continue}]*/uy;
/** Longer ones only where they mean something to us. */
const PUNCTUATOR = /=>|\?\.(?![0-9])|\?\?|\+\+|--|\.\.\.|[{}()[\];,<>+\-*/%&|^!~?:=.@]/y;

/** Cuts ECMAScript into tokens. Whether `/` divides or begins a regular expression is the caller's knowledge. */
export class Tokens {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  next(isRegexAllowed: boolean): Token {
    const start = this.#at;
    this.#skip();
    const isAfterNewline = /[\n\r\u2028\u2029]/.test(this.#source.slice(start, this.#at));
    const at = this.#at;
    const [kind, text] = this.#cut(isRegexAllowed);
    this.#at += text.length;
    return { kind, text, at, isAfterNewline };
  }

  /** The rest of a template after one of its `}`. */
  templatePart(): Token {
    const at = this.#at;
    const text = this.#match(TEMPLATE_PART);
    this.#at += text?.length ?? 0;
    return { kind: text === null ? "broken" : "template", text: text ?? "", at, isAfterNewline: false };
  }

  /** The next character that is neither space nor comment, without taking it. */
  peek(): string {
    this.#skip();
    return this.#source[this.#at] ?? "";
  }

  #cut(isRegexAllowed: boolean): readonly [TokenKind, string] {
    const char = this.#source[this.#at];
    if (char === undefined) return ["end", ""];
    if (char === "`") {
      this.#at++;
      const part = this.#match(TEMPLATE_PART);
      return part === null ? ["broken", ""] : ["template", part];
    }
    const string = char === '"' || char === "'" ? this.#match(STRING) : null;
    if (string !== null) return ["string", string];
    const word = this.#match(WORD);
    if (word !== null) return ["word", word];
    const number = this.#match(NUMBER);
    if (number !== null) return ["number", number];
    // One attempt: going on after a failed one would make hostile text quadratic, and it is no module anyway.
    if (char === "/" && (isRegexAllowed || this.#source[this.#at + 1] === "*")) {
      const regex = this.#match(REGEX);
      return regex === null || regex.startsWith("/*") ? ["broken", ""] : ["regex", regex];
    }
    const punctuator = this.#match(PUNCTUATOR);
    return punctuator === null ? ["broken", ""] : ["punctuator", punctuator];
  }

  #skip(): void {
    for (;;) {
      const gap = this.#match(SPACE) ?? this.#match(LINE_COMMENT) ?? this.#match(BLOCK_COMMENT);
      if (gap === null) return;
      this.#at += gap.length;
    }
  }

  #match(expression: RegExp): string | null {
    expression.lastIndex = this.#at;
    return expression.exec(this.#source)?.[0] ?? null;
  }
}
