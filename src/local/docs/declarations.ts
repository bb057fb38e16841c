import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** One exported name of a module: its declaration and the comment above it. */
export interface Declared {
  readonly name: string;
  readonly kind: "function" | "const" | "class" | "interface" | "type";
  /** Without `export declare`. */
  readonly text: string;
  /** The comment as Markdown, without stars and tags. */
  readonly doc: string;
}

interface Statement {
  readonly doc: string;
  readonly text: string;
}

/** Everything a `.d.ts` file exports, whatever file declares it. Name → declaration, in the order of the file. */
export function readDeclarations(file: string): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const statement of splitStatements(readFileSync(file, "utf8"))) {
    const again = /^export (?:type )?(?:\{([\s\S]*)\}|(\*))(?: from "([^"]+)")?/.exec(statement.text);
    if (again) {
      const [, names, , target] = again;
      const source = target === undefined ? localsOf(file) : readTarget(file, target);
      for (const [name, local] of names === undefined
        ? [...source.keys()].map((key) => [key, key])
        : listNames(names)) {
        const declared = source.get(local as string);
        if (declared) found.set(name as string, { ...declared, name: name as string });
      }
      continue;
    }
    if (!statement.text.startsWith("export ")) continue;
    const declared = readStatement(statement);
    if (declared) found.set(declared.name, declared);
  }
  return found;
}

/** What a file declares or imports without exporting it there. */
function localsOf(file: string): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const statement of splitStatements(readFileSync(file, "utf8"))) {
    const imported = /^import (?:type )?\{([\s\S]*)\} from "([^"]+)"/.exec(statement.text);
    if (imported) {
      const source = readTarget(file, imported[2] as string);
      for (const [name, original] of listNames(imported[1] as string)) {
        const declared = source.get(original);
        if (declared) found.set(name, declared);
      }
      continue;
    }
    const declared = readStatement(statement);
    if (declared) found.set(declared.name, declared);
  }
  return found;
}

function readTarget(from: string, target: string): Map<string, Declared> {
  if (!target.startsWith(".")) return new Map();
  const file = path.resolve(path.dirname(from), target.replace(/\.tsx?$/, ".d.ts"));
  return existsSync(file) ? readDeclarations(file) : new Map();
}

/** `a, type b as c` → [name outside, name inside]. */
function listNames(names: string): [string, string][] {
  return names
    .split(",")
    .map((entry) => entry.trim().replace(/^type /, ""))
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [inside = "", outside = inside] = entry.split(" as ");
      return [outside, inside];
    });
}

function readStatement({ doc, text }: Statement): Declared | null {
  const bare = text.replace(/^export /, "").replace(/^declare /, "");
  const found = /^(function|const|class|abstract class|interface|type) ([\w$]+)/.exec(bare);
  if (!found) return null;
  const kind = (found[1] as string).replace("abstract ", "") as Declared["kind"];
  return { name: found[2] as string, kind, text: bare, doc };
}

/** Top-level statements of a declaration file, each with the doc comment directly above it. */
function splitStatements(source: string): Statement[] {
  const statements: Statement[] = [];
  const tokens =
    /\/\*\*?[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[{}()[\];]|[^"'`{}()[\];/]+|\//g;
  let depth = 0;
  let text = "";
  let doc = "";
  for (const [token] of source.matchAll(tokens)) {
    const isOutside = depth === 0 && text.trim() === "";
    if (isOutside && token.startsWith("/*")) {
      doc = token;
      continue;
    }
    if (isOutside && token.startsWith("//")) continue;
    text += token;
    if (/^[{([]$/.test(token)) depth += 1;
    if (/^[})\]]$/.test(token)) depth -= 1;
    const isBlock = /^\s*(?:export )?(?:declare )?(?:interface|(?:abstract )?class|namespace|module|global)\b/.test(
      text,
    );
    if (depth === 0 && (token === ";" || (token === "}" && isBlock))) {
      statements.push({ doc: docWords(doc), text: text.trim() });
      text = "";
      doc = "";
    }
  }
  return statements;
}

function docWords(comment: string): string {
  return comment
    .replace(/^\/\*\*?\s*|\s*\*\/$/g, "")
    .replace(/^\s*\* ?/gm, "")
    .replace(/\{@link ([^}|]+?)\s*(?:\|[^}]*)?\}/g, "`$1`")
    .replace(/^@param (\w+)\s*-?\s*/gm, "- `$1`: ")
    .replace(/^@returns?\s+/gm, "Returns ")
    .trim();
}
