import { zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../src/domain/bundle/crc32.ts";
import { concatBytes, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { type AutomaticFacts, deskReasons, isDrawn } from "../../../src/domain/release/desk-reasons.ts";
import { hookRetryDelay } from "../../../src/domain/release/hook-events.ts";
import { codeFindings } from "../../../src/domain/release/inspect/code.ts";
import { isSuddenGrowth } from "../../../src/domain/release/inspect/growth.ts";
import { missingLicenseTexts } from "../../../src/domain/release/inspect/license-text.ts";
import { bitsApart, isSlipAway, skeletonOf, slips } from "../../../src/domain/release/inspect/look-alike.ts";
import { decodePng, decodesPng, pictureHash } from "../../../src/domain/release/inspect/png.ts";
import { afterWorkingDays, firstLookDue } from "../../../src/domain/release/reports.ts";
import { isReservedName, vendorIn } from "../../../src/domain/release/reserved-names.ts";
import { DOMAIN_NAME, holdsNonce } from "../../../src/domain/release/transfers.ts";
import { NOON } from "../../clock.ts";

const DAY = 86_400;

describe("what a name looks like", () => {
  it.each([
    ["invoices", "lnvoices"],
    ["invoices", "inv0ices"],
    ["modern", "modem"],
    ["visit-notes", "visitnotes"],
    ["visit-notes", "vvisit-notes".replace("vv", "v")],
    ["wizard", "vvizard"],
    ["Visit Notes", "Vísit Nótes"],
    ["pay", "рау"],
  ])("%s and %s are one to a hurried reader", (a, b) => {
    expect(skeletonOf(a)).toBe(skeletonOf(b));
  });

  it.each([
    ["invoices", "kanban"],
    ["notes", "votes-of-all"],
  ])("%s and %s are two", (a, b) => {
    expect(skeletonOf(a)).not.toBe(skeletonOf(b));
  });

  it("counts neighbours that changed places as one slip, and stops counting early", () => {
    expect(slips("calender", "calendar", 2)).toBe(1);
    expect(slips("notes", "ntoes", 2)).toBe(1);
    expect(slips("abcdefgh", "hgfedcba", 2)).toBe(3);
  });

  it("allows one slip in short names, two in long ones", () => {
    expect(isSlipAway("notes", "note")).toBe(true);
    expect(isSlipAway("notes", "nots1")).toBe(false);
    expect(isSlipAway("customer-mail", "custmer-mial")).toBe(true);
  });
});

describe("names nobody gets", () => {
  it("are ours and the machines', also as they look", () => {
    for (const name of ["rising-bsm", "rlsing-bsm-tools", "admin", "adm1n", "plugins"])
      expect(isReservedName(name), name).toBe(true);
    for (const name of ["visit-notes", "administer-doses"]) expect(isReservedName(name), name).toBe(false);
  });
  it("bear a vendor's name, unless its domain is proven", () => {
    expect(vendorIn("stripe-payouts", null)).toBe("stripe");
    expect(vendorIn("Connect to PayPa1", null)).toBe("paypal");
    expect(vendorIn("stripe-payouts", "stripe.com")).toBeNull();
    expect(vendorIn("zoomable-board", null)).toBeNull();
  });
});

describe("pictures", () => {
  const disc = (x: number, y: number) => ((x - 8) ** 2 + (y - 8) ** 2 < 40 ? 20 : 230);
  it("of one thing hash nearly alike, at any size; other things do not", () => {
    const small = hashOf(png(72, 64, (x, y) => disc(x / 4.5, y / 4)));
    const large = hashOf(png(144, 128, (x, y) => disc(x / 9, y / 8)));
    const other = hashOf(png(72, 64, (x, y) => ((x ^ y) & 16 ? 10 : 250)));
    expect(bitsApart(small, large)).toBeLessThanOrEqual(6);
    expect(bitsApart(small, other)).toBeGreaterThan(6);
  });

  it("that do not unpack to what their header says are told", () => {
    const good = png(16, 16, disc);
    expect(decodesPng(good)).toBe(true);
    const lying = png(16, 16, disc, 17);
    expect(decodesPng(lying)).toBe(false);
    expect(decodePng(lying)).toBe("undecodable");
  });
});

describe("code of a module", () => {
  const rulesOf = (text: string) =>
    codeFindings({ path: "server/main.js", text }).map(({ rule, line }) => [rule, line]);
  it.each([
    ["export default {};\nconst x = eval('1');", [["code_dynamic", 2]]],
    ["const f = new Function('return 1');", [["code_dynamic", 1]]],
    ["setTimeout('alert(1)', 5);", [["code_dynamic", 1]]],
    ["const all = globalThis[name];", [["code_probe", 1]]],
    ["if (navigator.userAgent) {}", [["code_probe", 1]]],
    [`const blob = "${"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0".repeat(60)}";`, [["code_blob", 1]]],
    ["setTimeout(() => {}, 5); parser.eval('x'); const text = 'eval(1)'; // eval(2)", []],
  ])("%s", (text, rules) => {
    expect(rulesOf(text)).toEqual(rules);
  });

  it("disguised by a tool is told, minified code is not", () => {
    const masked = Array.from({ length: 40 }, (_, i) => `const _0x${(i + 4096).toString(16)} = ${i};`).join("\n");
    expect(rulesOf(masked)).toEqual([["code_obfuscated", 1]]);
    const minified = Array.from({ length: 40 }, (_, i) => `const a${i}=b=>b+${i};`).join("");
    expect(rulesOf(minified)).toEqual([]);
  });
});

describe("licenses and sizes", () => {
  it("miss a text that is not there, of a choice only when all are missing", () => {
    expect(missingLicenseTexts("MIT", "MIT License\n")).toEqual([]);
    expect(missingLicenseTexts("Apache-2.0", "MIT License\n")).toEqual(["Apache-2.0"]);
    expect(missingLicenseTexts("MIT OR Apache-2.0", "MIT License\n")).toEqual([]);
    expect(missingLicenseTexts("MIT AND Apache-2.0", "MIT License\n")).toEqual(["Apache-2.0"]);
    expect(missingLicenseTexts("LicenseRef-Proprietary", "Ours.")).toEqual([]);
  });
  it("grow suddenly when they more than double, and by more than 256 KiB", () => {
    expect(isSuddenGrowth(100_000, 363_000)).toBe(true);
    expect(isSuddenGrowth(10_000, 200_000)).toBe(false);
    expect(isSuddenGrowth(1_000_000, 1_900_000)).toBe(false);
  });
});

describe("who needs the desk", () => {
  const sha256 = "ab".repeat(32);
  const fine: AutomaticFacts = {
    sha256,
    size: 110,
    fileKinds: ["server"],
    hasPublicRoutes: false,
    hasGrown: false,
    hasOtherPrices: false,
    worstFinding: "info",
    previous: { size: 100, fileKinds: ["server"], publishedAt: NOON - 30 * DAY },
    publisherReleases: 3,
    domainProvenAt: NOON - 91 * DAY,
    keySince: NOON - 31 * DAY,
    releasesSinceTransfer: null,
    openReports: 0,
    wasDecided: false,
  };
  it("is nobody whom all rules let through", async () => {
    expect(await deskReasons(fine, NOON)).toEqual([]);
  });
  it.each<[string, Partial<AutomaticFacts>, readonly string[]]>([
    ["a first release", { previous: null }, ["first_release"]],
    ["a publisher without a domain", { domainProvenAt: null }, ["publisher_unproven"]],
    ["a domain proven lately", { domainProvenAt: NOON - 89 * DAY }, ["publisher_unproven"]],
    ["a publisher with two releases", { publisherReleases: 2 }, ["publisher_new"]],
    ["more authority", { hasGrown: true }, ["growth"]],
    ["a warning", { worstFinding: "warning" }, ["finding"]],
    ["a fifth more bytes", { size: 121 }, ["size"]],
    ["a new kind of file", { fileKinds: ["server", "ui"] }, ["file_kind"]],
    ["public routes", { hasPublicRoutes: true }, ["public_route"]],
    ["other prices", { hasOtherPrices: true }, ["price"]],
    ["a young key", { keySince: NOON - 29 * DAY }, ["key_young"]],
    [
      "a year of silence (sec-25)",
      { previous: { size: 100, fileKinds: ["server"], publishedAt: NOON - 366 * DAY } },
      ["silence"],
    ],
    ["new hands (sec-24)", { releasesSinceTransfer: 4 }, ["transfer"]],
    ["an open report", { openReports: 1 }, ["report"]],
    ["an earlier decision", { wasDecided: true }, ["looked_at_before"]],
  ])("is %s", async (_, over, reasons) => {
    expect(await deskReasons({ ...fine, ...over }, NOON)).toEqual(reasons);
  });
  it("draws the same five in a hundred, whoever draws", async () => {
    const names = Array.from({ length: 2000 }, (_, i) => i.toString(16).padStart(64, "0"));
    const drawn = await Promise.all(names.map(isDrawn));
    const count = drawn.filter(Boolean).length;
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(140);
    expect(await Promise.all(names.map(isDrawn))).toEqual(drawn);
  });
});

describe("clocks and proofs", () => {
  it("look at malware within a day, at the rest within five working days", () => {
    expect(firstLookDue("malware", NOON)).toBe(NOON + DAY);
    // NOON is a Saturday: Monday to Friday are the five.
    expect(afterWorkingDays(NOON, 5)).toBe(NOON + 6 * DAY);
  });
  it("try a hook again after 1 and 5 and 30 minutes, 2, 6 and 24 hours, and then no more", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(hookRetryDelay)).toEqual([60, 300, 1800, 7200, 21_600, 86_400, null]);
  });
  it("take a domain's file only if it holds the nonce, and a name only if it is one", () => {
    expect(holdsNonce('{"verify":["abc"]}', "abc")).toBe(true);
    expect(holdsNonce('{"verify":"abc"}', "abc")).toBe(false);
    expect(holdsNonce("<html>abc</html>", "abc")).toBe(false);
    for (const name of ["alpenware.example", "a.b-c.at"]) expect(DOMAIN_NAME.test(name), name).toBe(true);
    for (const name of ["localhost", "127.0.0.1", "-a.at", "a..at", "a.at/x", "user@a.at"])
      expect(DOMAIN_NAME.test(name), name).toBe(false);
  });
});

function hashOf(bytes: Uint8Array): string {
  const picture = decodePng(bytes);
  if (picture === null || picture === "undecodable") throw new Error("no picture");
  return pictureHash(picture);
}

/** An 8-bit gray PNG; another `announced` height makes its header lie. */
function png(width: number, height: number, at: (x: number, y: number) => number, announced = height): Uint8Array {
  const raw = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = at(x, y);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, announced);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return concatBytes(signature, chunk("IHDR", header), chunk("IDAT", zlibSync(raw)), chunk("IEND", new Uint8Array()));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes(encodeUtf8(type), data);
  const frame = new Uint8Array(8 + body.length);
  new DataView(frame.buffer).setUint32(0, data.length);
  frame.set(body, 4);
  new DataView(frame.buffer).setUint32(4 + body.length, crc32(body));
  return frame;
}
