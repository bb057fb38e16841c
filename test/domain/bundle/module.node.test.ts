import { describe, expect, it } from "vitest";
import { moduleFault } from "../../../src/domain/bundle/module.ts";

const SINGLE = [
  "export default { events: {} };",
  "const a=1; export { a as default };",
  "import.meta.url; export default 1",
  "export default { async x(){ await y } }",
  "const f = async () => await x; export default f",
  "const f = async () => a ? b : await c\nexport default f",
  "export default { import: 1, await: 2 }; a.import(1); a.await",
  "const s = `a$" + "{ `b$" + "{c}` }await import`; export default s",
  'const r = /import\\/["`]/g; export default r',
  'if (x) /import "/.test(y); export default 1',
  "const a = b / c / d; export default a",
  "class A { catch(f) { return async () => { await f } } static { x } async if() { await z } } export default A",
  "export default async function* f() { for await (const x of y) yield x }",
  "async function f() { if (a) { await b } else { for (;;) { await c } } }\nexport { f as default, f }",
  'var x = function(){}\n/re/.test("import"); export default x',
  "export default (async () => { await 1 })",
  "let o = {a: {b: 1}} / 2; export default o",
  '// import "x"\n/* await */ export default 0',
  'const { a: b = async () => { await 1 } } = {}; export { b as "default" }',
  "switch (x) { case 1: { y } default: z }\nexport default 1",
  "label: { break label }\nexport default 1",
  "const g=async x=>{try{await x}catch{await y}finally{await z}};export{g as default};",
];

/** Source, and a part of what is said about it. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['import x from "y"; export default x', "imports"],
  ['import "x"; export default 1', "imports"],
  ['export default import("x")', "imports"],
  ['/* */ import/**/("x"); export default 1', "imports"],
  ['export default { x: import("y") }', "imports"],
  ['export * from "x"; export default 1', "exports from"],
  ['export { a } from "x"; export default 1', "exports from"],
  ['export { a as default } from "x"', "exports from"],
  ["const a = 1", "no default"],
  ["const o = { default: 1 }", "no default"],
  ["function f() { return `export default 1` }", "no default"],
  ["await x; export default 1", "await"],
  ["export default await x", "await"],
  ["const f = async () => 1\nawait x\nexport default f", "await"],
  ["const f = async () => { }\nawait x; export default f", "await"],
  ["const f = async () => 1, g = await x; export default f", "await"],
  ["const x = a ? async () => 1 : await y; export default x", "await"],
  ["const f = [async () => 1, await x]; export default f", "await"],
  ["for await (const x of y) {} export default 1", "await"],
  ["if (a) { await b } export default 1", "await"],
  ["export default `$" + "{await x}`", "await"],
  ['const s = "\n; export default s', "cannot be read"],
  ["export default {", "not closed"],
  ["export default (]", "do not match"],
];

describe("one ES module", () => {
  it("is told from its tokens", () => {
    for (const source of SINGLE) expect(moduleFault(source), source).toBe(null);
  });

  it("imports nothing, exports a default and awaits nothing at the top", () => {
    for (const [source, detail] of REFUSED) expect(moduleFault(source)?.detail, source).toContain(detail);
  });

  /** What is written to be slow in square time would outlast the test's patience by far. */
  it("is judged in linear time, however it is written", () => {
    const hostile = ["/[", "`$" + "{", "(", "a?", "/*", "x => ", "`", "{await ", "!function(){", "'\\"];
    for (const part of hostile) expect(moduleFault(part.repeat(Math.ceil(262_144 / part.length))), part).not.toBe(null);
  });
});
