import type { Token } from "../../bundle/js-tokens.ts";
import { moduleTokens } from "../../bundle/module.ts";
import { findingAt, type PluginFinding, type TextFile } from "../findings/finding.ts";
import type { FindingRule } from "../findings/rules.ts";
import { bitsPerCharacter } from "../findings/secrets.ts";

const MIN_BLOB_CHARACTERS = 2000;
const MIN_BLOB_BITS = 4;
/** Names a plugin has no business with: none of them exists, or tells the truth, inside the sandbox. */
const PLATFORM_NAMES = new Set(["process", "navigator", "Deno", "Bun", "WebSocketPair", "caches"]);
const GLOBAL_NAMES = new Set(["globalThis", "self", "window"]);
const TIMERS = new Set(["setTimeout", "setInterval"]);
const MAX_EACH = 10;

/** Code made at run time, packed data, looks around the platform, disguise. Each rule tells its first places. */
export function codeFindings(server: TextFile): readonly PluginFinding[] {
  const tokens = moduleTokens(server.text);
  const found: { rule: FindingRule; at: number; message: string }[] = [];
  for (const [i, token] of tokens.entries()) {
    const one = dynamicAt(tokens, i) ?? probeAt(tokens, i) ?? blobAt(token);
    if (one !== null) found.push({ ...one, at: token.at });
  }
  const disguise = disguiseOf(tokens);
  if (disguise !== null) found.push({ rule: "code_obfuscated", at: 0, message: disguise });
  const counts = new Map<FindingRule, number>();
  return found.flatMap(({ rule, at, message }) => {
    const count = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, count);
    return count > MAX_EACH ? [] : [findingAt(rule, server, at, message)];
  });
}

type Found = { readonly rule: FindingRule; readonly message: string } | null;

function dynamicAt(tokens: readonly Token[], i: number): Found {
  const token = tokens[i] as Token;
  if (token.kind !== "word" || isMember(tokens, i)) return null;
  const next = tokens[i + 1]?.text;
  const dynamic = (what: string): Found => ({ rule: "code_dynamic", message: `uses ${what}` });
  if (token.text === "eval" && next === "(") return dynamic("eval");
  if (token.text === "Function" && (next === "(" || tokens[i - 1]?.text === "new")) return dynamic("Function");
  if (token.text === "import" && next === "(") return dynamic("import()");
  if (token.text === "WebAssembly") return dynamic("WebAssembly");
  const isText = tokens[i + 2]?.kind === "string" || tokens[i + 2]?.kind === "template";
  return TIMERS.has(token.text) && next === "(" && isText ? dynamic(`${token.text} with text`) : null;
}

function probeAt(tokens: readonly Token[], i: number): Found {
  const token = tokens[i] as Token;
  if (token.kind !== "word" || isMember(tokens, i)) return null;
  const next = tokens[i + 1]?.text;
  if (PLATFORM_NAMES.has(token.text) && (next === "." || next === "?." || next === "["))
    return { rule: "code_probe", message: `looks at ${token.text}` };
  return GLOBAL_NAMES.has(token.text) && next === "[" ? { rule: "code_probe", message: `indexes ${token.text}` } : null;
}

function blobAt(token: Token): Found {
  if (token.kind !== "string" && token.kind !== "template") return null;
  const text = token.text.slice(1, -1);
  const isEncoded = text.length >= MIN_BLOB_CHARACTERS && /^[A-Za-z0-9+/=_-]+$/.test(text);
  return isEncoded && (bitsPerCharacter(text) >= MIN_BLOB_BITS || /^[0-9a-fA-F]+$/.test(text))
    ? { rule: "code_blob", message: `holds ${text.length} encoded characters` }
    : null;
}

const MIN_WORDS = 200;

/** Names like `_0x3fa2`, strings written as escapes: what obfuscators leave and minifiers do not. */
function disguiseOf(tokens: readonly Token[]): string | null {
  const words = tokens.filter(({ kind }) => kind === "word");
  const masked = words.filter(({ text }) => /^_0x[0-9a-f]{3,}$/.test(text)).length;
  const escaped = tokens.filter(
    ({ kind, text }) =>
      kind === "string" &&
      (text.match(/\\x[0-9a-f]{2}|\\u[0-9a-f]{4}/gi)?.length ?? 0) * 4 > text.length / 2 &&
      text.length > 20,
  ).length;
  if (masked >= 20 && masked * 10 >= words.length) return `names ${masked} things like _0x1a2b`;
  if (words.length >= MIN_WORDS && escaped >= 20) return `writes ${escaped} strings as escapes`;
  return null;
}

function isMember(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1]?.text;
  return before === "." || before === "?.";
}
