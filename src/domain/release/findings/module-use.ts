import type { Token } from "../../bundle/js-tokens.ts";
import { moduleTokens } from "../../bundle/module.ts";
import { METHODS, type Method } from "../../execution/methods.ts";

/** What a server module does, as far as its tokens tell. Indexes are UTF-16. */
export interface ModuleUse {
  readonly calls: readonly MethodUse[];
  /** Entities handed on or indexed: which of their methods are used cannot be seen. */
  readonly opaque: ReadonlySet<string>;
  readonly addresses: readonly AddressUse[];
  /** Keys of `definePlugin({events, routes, schedules, lifecycle})`; null where they cannot be seen. */
  readonly handlers: { readonly [G in HandlerGroup]: readonly string[] | null };
}
export interface MethodUse {
  readonly method: Method;
  readonly at: number;
  /** The object is called like a context; anything else may be a map of the plugin's own. */
  readonly isCertain: boolean;
}
export interface AddressUse {
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly at: number;
}
export const HANDLER_GROUPS = ["events", "routes", "schedules", "lifecycle"] as const;
export type HandlerGroup = (typeof HANDLER_GROUPS)[number];

const ENTITIES = new Set(Object.keys(METHODS).map((method) => method.slice(0, method.indexOf("."))));
const CONTEXT_NAME = /^(?:context|ctx)\d*$/;
const ADDRESS = /(https?):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi;

export function readModuleUse(source: string): ModuleUse {
  const tokens = moduleTokens(source);
  const calls: MethodUse[] = [];
  const opaque = new Set<string>();
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== "word" || !ENTITIES.has(token.text)) continue;
    const use = methodAt(tokens, i);
    if (use !== null) calls.push(use);
    else if (isMember(tokens, i) && !isAccess(tokens[i + 1])) opaque.add(token.text);
  }
  return { calls, opaque, addresses: addressesOf(tokens), handlers: handlersOf(tokens) };
}

/** `context.storage.get(`, `storage?.get(`: entity, dot, a method of it, call. */
function methodAt(tokens: readonly Token[], i: number): MethodUse | null {
  const [entity, dot, verb, paren] = tokens.slice(i, i + 4);
  if (!entity || !isAccess(dot) || verb?.kind !== "word" || paren?.text !== "(") return null;
  const method = `${entity.text}.${verb.text}`;
  if (!isMethod(method)) return null;
  const holder = isMember(tokens, i) ? tokens[i - 2] : undefined;
  return { method, at: entity.at, isCertain: holder?.kind === "word" && CONTEXT_NAME.test(holder.text) };
}

function isMethod(text: string): text is Method {
  return Object.hasOwn(METHODS, text);
}

function isAccess(token: Token | undefined): boolean {
  return token?.kind === "punctuator" && (token.text === "." || token.text === "?.");
}

function isMember(tokens: readonly Token[], i: number): boolean {
  return isAccess(tokens[i - 1]);
}

/** Addresses in strings and templates; a comment names no address that is used. */
function addressesOf(tokens: readonly Token[]): readonly AddressUse[] {
  return tokens
    .filter(({ kind }) => kind === "string" || kind === "template")
    .flatMap(({ text, at }) =>
      [...text.matchAll(ADDRESS)].map((match) => ({
        protocol: (match[1] as string).toLowerCase() as "http" | "https",
        host: (match[2] as string).toLowerCase(),
        at: at + match.index,
      })),
    );
}

/** The keys below `definePlugin({`, where they are written out. */
function handlersOf(tokens: readonly Token[]): ModuleUse["handlers"] {
  const none = { events: null, routes: null, schedules: null, lifecycle: null };
  const start = tokens.findIndex(
    (token, i) => /^definePlugin\d*$/.test(token.text) && tokens[i + 1]?.text === "(" && tokens[i + 2]?.text === "{",
  );
  if (start < 0) return none;
  const outer = keysOf(tokens, start + 2);
  if (outer === null) return none;
  const group = (name: HandlerGroup): readonly string[] | null => {
    const key = outer.find((one) => one.name === name);
    if (!key) return [];
    const isLiteral = tokens[key.index + 1]?.text === ":" && tokens[key.index + 2]?.text === "{";
    return isLiteral ? (keysOf(tokens, key.index + 2)?.map((one) => one.name) ?? null) : null;
  };
  return {
    events: group("events"),
    routes: group("routes"),
    schedules: group("schedules"),
    lifecycle: group("lifecycle"),
  };
}

interface Key {
  readonly name: string;
  /** Of its token. */
  readonly index: number;
}

const OPENERS = new Set(["(", "[", "{"]);
const CLOSERS = new Set([")", "]", "}"]);
const MODIFIERS = new Set(["async", "get", "set"]);

/** Keys of the object literal whose `{` stands at `open`; null when some are spread or computed. */
function keysOf(tokens: readonly Token[], open: number): readonly Key[] | null {
  const keys: Key[] = [];
  let depth = 0;
  let isKeyNext = true;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const isPunctuator = token.kind === "punctuator";
    if (depth === 1 && isKeyNext && token.text !== "}") {
      if (token.text === "*") continue;
      if (isPunctuator) return null;
      if (MODIFIERS.has(token.text) && !/^[:,(}]$/.test(tokens[i + 1]?.text ?? "")) continue;
      keys.push({ name: token.kind === "string" ? unquote(token.text) : token.text, index: i });
      isKeyNext = false;
    } else if (isPunctuator && OPENERS.has(token.text)) depth++;
    else if (isPunctuator && CLOSERS.has(token.text)) {
      if (--depth === 0) return keys;
    } else if (isPunctuator && token.text === "," && depth === 1) isKeyNext = true;
    if (token.kind === "template" && token.text.endsWith("${")) depth++;
  }
  return null;
}

function unquote(text: string): string {
  const inner = text.slice(1, -1);
  return inner.includes("\\") ? inner.replaceAll(/\\(.)/g, "$1") : inner;
}
