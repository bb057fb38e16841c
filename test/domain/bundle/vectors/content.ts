import { gzipSync, zipSync } from "fflate";
import { concatBytes, encodeUtf8 } from "../../../../src/domain/bytes.ts";
import type { JsonObject } from "../../../../src/domain/json/json.ts";
import { noise } from "../noise.ts";
import { jpeg, png, pngChunk, webp, woff2 } from "../pictures.ts";
import { bundle, README, SAMPLE_FILES, SAMPLE_MANIFEST } from "../sample.ts";
import { type Vector, vector } from "./vector.ts";

const MAIN = "server/main.js";
const byte = (value: number) => Uint8Array.of(value);
const withFile = (path: string, content: string | Uint8Array) => () => bundle({ files: { [path]: content } });
const main = (text: string) => withFile(MAIN, text);
const svg = (inner: string) =>
  withFile("ui/pages/drawing.svg", `<svg xmlns="http://www.w3.org/2000/svg">${inner}</svg>`);
const readme = (text: string) => withFile("README.md", README + text);

export const FILE_VECTORS: readonly Vector[] = [
  vector("file_not_listed--smuggled", () => bundle({ files: { "ui/pages/x.js": "1" }, unlisted: ["ui/pages/x.js"] })),
  vector("file_missing--listed-only", () =>
    bundle({
      complete: (m) => ({
        ...m,
        files: { ...(m.files as JsonObject), "ui/pages/x.js": { sha256: "0".repeat(64), size: 1 } },
      }),
    }),
  ),
  vector("file_missing--no-license", () => bundle({ files: { LICENSE: null } }), { path: "LICENSE" }),
  vector("file_missing--no-readme", () => bundle({ files: { "README.md": null } }), { path: "README.md" }),
  vector("file_missing--no-changelog", () => bundle({ files: { "CHANGELOG.md": null } }), { path: "CHANGELOG.md" }),
  vector("file_size_mismatch--one-more", () => listed("NOTICE", { size: 1 }), { path: "NOTICE" }),
  vector("file_digest_mismatch--zeros", () => listed("NOTICE", { sha256: "0".repeat(64) }), { path: "NOTICE" }),
  vector("file_unexpected--source-map", withFile("server/main.js.map", "{}")),
  vector("file_unexpected--folder", withFile("node_modules/x.js", "1")),
  vector("file_unexpected--extension", withFile("ui/pages/a.exe", "1")),
  vector("file_type_forbidden--windows-program", withFile("ui/pages/a.txt", "MZ\x90")),
  vector("file_type_forbidden--elf", withFile("ui/pages/a.png", concatBytes(byte(0x7f), encodeUtf8("ELF")))),
  vector("file_type_forbidden--shell-script", main("#!/usr/bin/env node\nexport default {}")),
  vector("file_type_forbidden--wasm", withFile("ui/pages/a.jpg", concatBytes(byte(0), encodeUtf8("asm")))),
  vector("file_type_forbidden--no-font", withFile("ui/shared/font.woff2", concatBytes(woff2(), byte(0)))),
  vector("nested_archive--zip", withFile("ui/pages/a.txt", zipSync({ a: byte(1) }))),
  vector("nested_archive--gzip", withFile("ui/pages/a.png", gzipSync(byte(1)))),
  vector("nested_archive--tar", withFile("ui/pages/a.txt", `${"a".repeat(257)}ustar`)),
  vector("nested_archive--bzip2", withFile("ui/pages/a.txt", "BZh91AY&SY")),
  vector("image_invalid--png-of-text", withFile("icons/icon.png", "hello")),
  vector("image_invalid--png-crc", withFile("icons/icon.png", flipped(png(128, 128), 20))),
  vector("image_invalid--png-cut", withFile("icons/icon.png", png(128, 128).slice(0, -12))),
  vector("image_invalid--png-two-headers", withFile("icons/icon.png", twoHeaders())),
  vector("image_invalid--jpeg-cut", withFile("ui/pages/photo.jpg", jpeg(8, 8).slice(0, -2))),
  vector("image_invalid--webp-length", withFile("ui/pages/soft.webp", flipped(webp(), 4))),
  vector("image_trailing--png", withFile("icons/icon.png", concatBytes(png(128, 128), encodeUtf8("PK")))),
  vector("image_trailing--jpeg", withFile("ui/pages/photo.jpg", concatBytes(jpeg(8, 8), byte(0)))),
  vector("image_trailing--webp", withFile("ui/pages/soft.webp", concatBytes(webp(), byte(0)))),
  vector("image_size--icon-not-square", withFile("icons/icon.png", png(128, 129))),
  vector("image_size--icon-small", withFile("icons/icon.png", png(64, 64))),
  vector("image_size--screenshot-small", withFile("screenshots/board.png", png(639, 360))),
  vector("file_too_large--readme", withFile("README.md", `# A\n${"word ".repeat(27_000)}`), { path: "README.md" }),
  vector("file_too_large--icon", withFile("icons/icon.png", noise(262_145)), { path: "icons/icon.png" }),
  vector("svg_active--script", svg("<script>1</script>")),
  vector("svg_active--prefixed-script", svg("<svg:script>1</svg:script>")),
  vector("svg_active--foreign-object", svg("<foreignObject/>")),
  vector("svg_active--handler", svg('<path onload="x()"/>')),
  vector("svg_active--document-type", withFile("ui/pages/drawing.svg", "<!DOCTYPE svg><svg></svg>")),
  vector("svg_active--external-image", svg('<image href="https://a.de/x.png"/>')),
  vector("svg_active--external-use", svg('<use xlink:href="other.svg#a"/>')),
  vector("svg_active--style-url", svg("<style>a{fill:url(//a.de/x)}</style>")),
  vector("svg_active--javascript", svg('<a href="#"><set to="javascript:x()"/></a>')),
  vector("svg_active--escaped-javascript", svg('<a href="java&#x73;cript&colon;x()"/>')),
  vector("svg_active--animated-link", svg('<animate attributeName="href" values="#a"/>')),
  vector("server_too_large--one-byte", main(`export default {};//${"x".repeat(262_144)}`)),
  vector("server_not_single_module--static-import", main('import a from "b";\nexport default a;'), {
    path: MAIN,
    line: 1,
    column: 1,
  }),
  vector("server_not_single_module--dynamic-import", main('export default {\n  a: () => import("b") };'), {
    path: MAIN,
    line: 2,
    column: 12,
  }),
  vector("server_not_single_module--re-export", main('export { default } from "b";')),
  vector("server_not_single_module--no-default", main("export const a = 1;")),
  vector("server_not_single_module--top-level-await", main("await 1;\nexport default {};")),
  vector("server_not_single_module--unfinished", main("export default {")),
  vector("readme_empty--no-heading", withFile("README.md", "word ".repeat(100))),
  vector("readme_empty--few-letters", withFile("README.md", "# Notes\n\n1234567890\n")),
  vector("readme_empty--heading-in-code", withFile("README.md", `\`\`\`\n# A\n\`\`\`\n\n${"word ".repeat(60)}`)),
  vector("changelog_version_missing--other-version", withFile("CHANGELOG.md", "## 1.4.1\n\n1.4.0\n")),
  vector(
    "changelog_version_missing--longer-version",
    withFile("CHANGELOG.md", "## 11.4.0\n## 1.4.0-beta.1\n## 1.4.0.1\n"),
  ),
  vector("changelog_version_missing--small-heading", withFile("CHANGELOG.md", "#### 1.4.0\n")),
  vector("migration_missing--wrong-number", () =>
    bundle({ files: { "migrations/settings-2.json": null, "migrations/settings-3.json": migration() } }),
  ),
  vector(
    "migration_invalid--unknown-operation",
    withFile("migrations/settings-2.json", '{"operations":[{"op":"eval"}]}'),
  ),
  vector("migration_invalid--no-json", withFile("migrations/settings-2.json", "{")),
  vector("manifest_rule--ui-file-of-nobody", withFile("ui/other/a.css", "a{}"), { path: "ui/other/a.css" }),
];

export const TEXT_VECTORS: readonly Vector[] = [
  vector("text_utf8--stray-byte", withFile("NOTICE", Uint8Array.of(0x41, 0x0a, 0x42, 0xff)), {
    path: "NOTICE",
    line: 2,
    column: 2,
  }),
  vector("text_bom--readme", withFile("README.md", `\ufeff${README}`)),
  vector("text_control--escape", main("export default '\x1b'"), { path: MAIN, line: 1, column: 17 }),
  vector("text_control--line-separator", withFile("ui/pages/notes.html", "a\u2028b")),
  vector("text_control--nul", withFile("LICENSE", "MIT\0")),
  vector("text_bidi--override", withFile("README.md", `# Visit\n\nprice\u202e${README}`), {
    path: "README.md",
    line: 3,
    column: 6,
  }),
  vector("text_bidi--isolate-in-code", main("export default 1 /* \u2066 */")),
  vector("text_bidi--mark-beside-latin", readme("a\u200eb")),
  vector("text_invisible--zero-width-space", withFile("ui/shared/style.css", "a\u200b{}")),
  vector("text_invisible--hangul-filler", main("export default {\u3164:1}")),
  vector("text_invisible--joiner-in-code", main('export default "\u{1f469}\u200d\u{1f4bb}"')),
  vector("text_invisible--joiner-in-latin", readme("pass\u200dword")),
  vector("text_invisible--soft-hyphen", readme("soft\u00adhyphen")),
  vector("text_variation_selector--hidden-loader", main('export default "a\ufe01"')),
  vector("text_variation_selector--supplement", readme("a\u{e0101}")),
  vector("text_variation_selector--emoji-style-on-a-letter", readme("a\ufe0f")),
  vector("text_tag_character--language", readme("\u{e0001}")),
  vector("text_private_use--apple", readme("\uf8ff")),
  vector("text_private_use--noncharacter", readme("\u{1ffff}")),
  vector("text_bidi--manifest", () => bundle({ manifest: { displayName: "Visit \u202enotes" } }), {
    path: "manifest.json",
    pointer: "/displayName",
  }),
  vector("text_not_nfc--description", () =>
    bundle({ manifest: { description: `${SAMPLE_MANIFEST.description as string} Fu\u0308r alle.` } }),
  ),
  vector("text_mixed_script--cyrillic-letter", () => bundle({ manifest: { displayName: "Visit n\u043etes" } }), {
    path: "manifest.json",
    pointer: "/displayName",
  }),
  vector("text_mixed_script--greek-letter", () => bundle({ manifest: { displayName: "Visit n\u03bftes" } })),
];

function listed(path: string, change: JsonObject): Promise<Uint8Array> {
  return bundle({
    complete: (manifest) => {
      const files = manifest.files as JsonObject;
      return { ...manifest, files: { ...files, [path]: { ...(files[path] as JsonObject), ...change } } };
    },
  });
}

function migration(): Uint8Array {
  return SAMPLE_FILES["migrations/settings-2.json"] as Uint8Array;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

function twoHeaders(): Uint8Array {
  const picture = png(128, 128);
  return concatBytes(picture.slice(0, 33), pngChunk("IHDR", picture.slice(16, 29)), picture.slice(33));
}
