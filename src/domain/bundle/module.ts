import { type Place, placeOfIndex } from "../json/utf8.ts";
import { type Token, Tokens } from "./js-tokens.ts";

export interface ModuleFault {
  readonly detail: string;
  readonly place: Place;
}

/**
 * Whether a text is one ES module for the isolate: nothing imported, a default export, no `await` outside functions. It
 * follows brackets and tokens, not the whole grammar: what it cannot follow is refused, and what slips through fails in
 * the isolate, which has no other module to give.
 */
export function moduleFault(source: string): ModuleFault | null {
  const fault = new Reader(source).read();
  return fault === null ? null : { detail: fault.detail, place: placeOfIndex(source, fault.at) };
}

/** The tokens of a module in order, pieces of templates among them, up to the first that cannot be followed. */
export function moduleTokens(source: string): readonly Token[] {
  const taken: Token[] = [];
  new Reader(source, (token) => taken.push(token)).read();
  return taken;
}

type FrameKind = "paren" | "bracket" | "template" | "block" | "function" | "object" | "class" | "exports";

interface Frame {
  readonly kind: FrameKind;
  /** The token before the bracket. */
  readonly head: Token | null;
  /** Arrow functions whose body is an expression and still open in this frame. */
  isInArrow: boolean;
  /** `?` since then that wait for their `:`. */
  conditions: number;
}

interface Fault {
  readonly detail: string;
  readonly at: number;
}

/** No bundler nests deeper; without a bound, asking "inside a function?" could take quadratic time. */
const MAX_NESTING = 1000;
const HEADS_OF_BLOCKS = new Set(["if", "while", "for", "with", "switch", "catch"]);
const BEFORE_REGEX = new Set(
  "return typeof instanceof in of new delete void throw case do else await yield default extends".split(" "),
);
const BEFORE_BLOCK = new Set(["else", "do", "try", "finally"]);
const CLOSERS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

class Reader {
  readonly #tokens: Tokens;
  readonly #visit: (token: Token) => void;
  readonly #frames: Frame[] = [{ kind: "block", head: null, isInArrow: false, conditions: 0 }];
  #before: Token | null = null;
  /** Whether the token before `#before` was a dot: then `#before` is a property, whatever it spells. */
  #isProperty = false;
  /** The frame that the last `)` or `}` closed. */
  #closed: Frame | null = null;
  /** The piece of a template that followed the `}` just taken. */
  #part: Token | null = null;
  #classDepths: number[] = [];
  #hasDefault = false;

  constructor(source: string, visit: (token: Token) => void = () => {}) {
    this.#tokens = new Tokens(source);
    this.#visit = visit;
  }

  read(): Fault | null {
    for (;;) {
      const token = this.#tokens.next(this.#isRegexNext());
      if (token.kind === "end") break;
      const isTooDeep = this.#frames.length > MAX_NESTING;
      const fault = token.kind === "broken" || isTooDeep ? this.#broken(token) : this.#take(token);
      if (fault !== null) return fault;
    }
    if (this.#frames.length !== 1) return { detail: "a bracket is not closed", at: this.#before?.at ?? 0 };
    return this.#hasDefault ? null : { detail: "no default export", at: 0 };
  }

  #take(token: Token): Fault | null {
    const isProperty = this.#isPunctuator(".") || this.#isPunctuator("?.");
    this.#endArrowAtNewline(token);
    const fault =
      token.kind === "word" && !isProperty
        ? this.#word(token)
        : token.kind === "punctuator"
          ? this.#punctuator(token)
          : token.kind === "template"
            ? this.#template(token)
            : this.#string(token);
    if (fault !== null) return fault;
    this.#isProperty = isProperty;
    this.#visit(token);
    if (this.#part !== null) this.#visit(this.#part);
    this.#before = this.#part ?? token;
    this.#part = null;
    return null;
  }

  #word(token: Token): Fault | null {
    const { text, at } = token;
    const isKey = this.#top.kind === "object" && this.#tokens.peek() === ":";
    if (isKey) return null;
    if (text === "import" && this.#tokens.peek() !== ".") return { detail: "imports something", at };
    if (text === "await" && !this.#isInFunction()) return { detail: "await outside a function", at };
    if (text === "class") this.#classDepths.push(this.#frames.length);
    if (text === "default" && this.#isExportedName()) this.#hasDefault = true;
    if (text === "from" && this.#isPunctuator("}") && this.#closed?.kind === "exports") {
      return { detail: "exports from another module", at };
    }
    return null;
  }

  /** `export { x as "default" }` exports a default too. */
  #string(token: Token): Fault | null {
    if (token.kind === "string" && token.text.slice(1, -1) === "default" && this.#isExportedName()) {
      this.#hasDefault = true;
    }
    return null;
  }

  #isExportedName(): boolean {
    if (this.#frames.length === 1 && this.#isWord("export")) return true;
    return this.#top.kind === "exports" && this.#isWord("as");
  }

  #punctuator(token: Token): Fault | null {
    const { text, at } = token;
    const top = this.#top;
    switch (text) {
      case "(":
        this.#open("paren");
        return null;
      case "[":
        this.#open("bracket");
        return null;
      case "{":
        this.#open(this.#braceKind());
        return null;
      case ")":
      case "]":
      case "}":
        return this.#close(text, at);
      case "=>":
        if (this.#tokens.peek() !== "{") {
          top.isInArrow = true;
          top.conditions = 0;
        }
        return null;
      case ",":
      case ";":
        top.isInArrow = false;
        return null;
      case "?":
        top.conditions++;
        return null;
      case ":":
        if (top.conditions > 0) top.conditions--;
        else top.isInArrow = false;
        return null;
      case "*":
        return this.#isWord("export") ? { detail: "exports from another module", at } : null;
      default:
        return null;
    }
  }

  #template(token: Token): Fault | null {
    if (token.text.endsWith("${")) this.#open("template");
    return null;
  }

  #open(kind: FrameKind): void {
    const head = this.#isProperty ? null : this.#before;
    this.#frames.push({ kind, head, isInArrow: false, conditions: 0 });
  }

  #close(text: string, at: number): Fault | null {
    const frame = this.#frames.length > 1 ? this.#frames.pop() : undefined;
    if (frame === undefined || bracketOf(frame.kind) !== CLOSERS[text]) {
      return { detail: "brackets do not match", at };
    }
    this.#closed = frame;
    if (frame.kind !== "template") return null;
    const part = this.#tokens.templatePart();
    if (part.kind === "broken") return this.#broken(part);
    this.#part = part;
    return this.#template(part);
  }

  #braceKind(): FrameKind {
    if (this.#classDepths.at(-1) === this.#frames.length) {
      this.#classDepths.pop();
      return "class";
    }
    const before = this.#before;
    const parent = this.#top.kind;
    if (before === null || this.#isPunctuator(";") || this.#isPunctuator("{") || this.#isPunctuator("}"))
      return "block";
    if (this.#isPunctuator("=>")) return "function";
    if (this.#isPunctuator(")")) {
      const isMethod = parent === "object" || parent === "class";
      return !isMethod && HEADS_OF_BLOCKS.has(this.#closed?.head?.text ?? "") ? "block" : "function";
    }
    if (this.#isPunctuator(":")) return parent === "block" || parent === "function" ? "block" : "object";
    if (before.kind !== "word") return "object";
    if (this.#isWord("export") && this.#frames.length === 1) return "exports";
    if (this.#isWord("static")) return "function";
    return BEFORE_BLOCK.has(before.text) ? "block" : "object";
  }

  /** Two operands on two lines are two statements: the arrow function's expression has ended. */
  #endArrowAtNewline(token: Token): void {
    const isOperand = ["word", "string", "number", "template"].includes(token.kind);
    const isOperator = token.text === "in" || token.text === "instanceof";
    if (token.isAfterNewline && isOperand && !isOperator && !this.#isRegexNext()) this.#top.isInArrow = false;
  }

  /** Whether an operand must come next, so that `/` begins a regular expression. */
  #isRegexNext(): boolean {
    const before = this.#before;
    if (before === null) return true;
    if (before.kind === "word") return BEFORE_REGEX.has(before.text) && !this.#isProperty;
    if (before.kind === "template") return before.text.endsWith("${");
    if (before.kind !== "punctuator") return false;
    switch (before.text) {
      case ")":
        return HEADS_OF_BLOCKS.has(this.#closed?.head?.text ?? "");
      case "}":
        return this.#closed?.kind !== "object";
      case "]":
      case "++":
      case "--":
        return false;
      default:
        return true;
    }
  }

  #isInFunction(): boolean {
    return this.#frames.some((frame) => frame.kind === "function" || frame.isInArrow);
  }

  #isWord(text: string): boolean {
    return this.#before?.kind === "word" && this.#before.text === text && !this.#isProperty;
  }

  #isPunctuator(text: string): boolean {
    return this.#before?.kind === "punctuator" && this.#before.text === text;
  }

  get #top(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  #broken(token: Token): Fault {
    return { detail: "cannot be read as a module", at: token.at };
  }
}

function bracketOf(kind: FrameKind): string {
  return kind === "paren" ? "(" : kind === "bracket" ? "[" : "{";
}
