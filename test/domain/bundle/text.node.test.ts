import { describe, expect, it } from "vitest";
import { svgFault } from "../../../src/domain/bundle/svg.ts";
import { checkTextBytes, textFaults } from "../../../src/domain/bundle/text.ts";
import { bytesOf } from "./archive.ts";

/** What people write needs these; code needs none of them. */
const NEEDED: readonly (readonly [string, string])[] = [
  ["a woman technologist", "\u{1f469}\u200d\u{1f4bb}"],
  ["a family with skin tones", "\u{1f469}\u{1f3fd}\u200d\u{1f91d}\u200d\u{1f468}\u{1f3fb}"],
  ["a rainbow flag", "\u{1f3f3}\ufe0f\u200d\u{1f308}"],
  ["a red heart", "\u2764\ufe0f"],
  ["a keycap", "1\ufe0f\u20e3"],
  ["Persian", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
  ["Hindi", "\u0915\u094d\u200d\u0937"],
  ["a mark beside Hebrew", "(\u05d0)\u200f \u05d1\u200f!"],
];

describe("text", () => {
  it("may hold what a language or an emoji needs, code may not", () => {
    for (const [name, text] of NEEDED.slice(0, 7)) {
      expect(textFaults(text, "text"), name).toEqual([]);
      expect(textFaults(text, "code").length, name).toBeGreaterThan(0);
    }
    const [, hebrew] = NEEDED[7] as readonly [string, string];
    expect(textFaults(hebrew.slice(5), "text")).toEqual([]);
  });

  it("may not hold the same characters anywhere else", () => {
    for (const text of [
      "a\u200db",
      "a\u200cb",
      "\u200d",
      "\u{1f469}\u200da",
      "a\ufe0f",
      "a\u200fb",
      "\u05d0\u200d\u05d1",
    ]) {
      expect(textFaults(text, "text").length, JSON.stringify(text)).toBe(1);
    }
  });

  it("may be in any language", () => {
    for (const text of [
      "Grüße, naïve façade",
      "Здравствуйте",
      "日本語のテキスト",
      "한국어",
      "العربية",
      "עברית",
      "ไทย",
      "𝒳 😀 €",
    ]) {
      expect(checkTextBytes("README.md", bytesOf(text), "text")).toEqual([]);
      expect(checkTextBytes("ui/a.js", bytesOf(text), "code")).toEqual([]);
    }
  });

  it("is pointed at by line and column, counting characters", () => {
    const bytes = bytesOf("ä😀\u0007\r\n\t\u200bx\n\u202e");
    expect(checkTextBytes("NOTICE", bytes, "text").map(({ code, line, column }) => [code, line, column])).toEqual([
      ["text_control", 1, 3],
      ["text_invisible", 2, 2],
      ["text_bidi", 3, 1],
    ]);
  });
});

describe("a drawing", () => {
  it("may refer to itself and hold pictures", () => {
    const drawings = [
      '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
      '<?xml version="1.0"?><svg><defs><linearGradient id="a"/></defs><path fill="url(#a)"/><use href="#a"/></svg>',
      '<svg><image xlink:href="data:image/png;base64,AAAA"/></svg>',
      '<svg><style>.a { fill: url("#a"); }</style><text>A note on time</text></svg>',
      '<svg><animate attributeName="opacity" values="0;1"/></svg>',
    ];
    for (const drawing of drawings) expect(svgFault(drawing), drawing).toBe(null);
  });

  it("may not run or fetch anything, however it is spelled", () => {
    const drawings = [
      "<svg><SCRIPT/></svg>",
      "<svg><x:script/></svg>",
      '<svg/onload="x()">',
      "<svg><a href=' javascript:x()'/></svg>",
      '<svg><a href="java&#10;script:x()"/></svg>',
      "<svg><use href=//a.de/b#c /></svg>",
      '<svg><image href="data:image/svg+xml;base64,AAAA"/></svg>',
      '<svg><set attributeName="onclick" to="x()"/></svg>',
      "<svg><style>@import 'a.css'</style></svg>",
      '<?xml-stylesheet href="a.css"?><svg/>',
      '<!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
      "<p>no drawing</p>",
    ];
    for (const drawing of drawings) expect(svgFault(drawing), drawing).not.toBe(null);
  });
});
