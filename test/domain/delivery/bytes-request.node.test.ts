import { describe, expect, it } from "vitest";
import {
  type BytesRequest,
  coversFirstByte,
  judgeBytesRequest,
  type RequestedBytes,
  UNCONDITIONAL,
} from "../../../src/domain/delivery/bytes-request.ts";
import { parseHttpDate, renderHttpDate } from "../../../src/domain/delivery/http-date.ts";
import { frameParts } from "../../../src/domain/delivery/multipart.ts";

const TAG = `"${"ab".repeat(32)}"`;
const OTHER = `"${"cd".repeat(32)}"`;
const SIZE = 1000;
/** Sunday, 1994-11-06 08:49:37 UTC, the moment of the RFC's examples. */
const MODIFIED = 784_111_777;
const NOW = MODIFIED + 86_400;
const WHOLE: RequestedBytes = { status: 200 };
const part = (offset: number, length: number): RequestedBytes => ({ status: 206, parts: [{ offset, length }] });
const parts = (...all: [number, number][]): RequestedBytes => ({
  status: 206,
  parts: all.map(([offset, length]) => ({ offset, length })),
});

function judge(headers: Partial<BytesRequest>, size = SIZE, lastModified: number | null = MODIFIED): RequestedBytes {
  return judgeBytesRequest({ ...UNCONDITIONAL, ...headers }, { etag: TAG, lastModified, size }, NOW);
}

describe("sec-43: ranges by RFC 9110", () => {
  const table: [string, RequestedBytes][] = [
    ["bytes=0-", part(0, 1000)],
    ["bytes=0-0", part(0, 1)],
    ["bytes=0-99", part(0, 100)],
    ["bytes=00-099", part(0, 100)],
    ["bytes=500-", part(500, 500)],
    ["bytes=999-999", part(999, 1)],
    ["bytes=999-99999", part(999, 1)],
    [`bytes=1-${"9".repeat(40)}`, part(1, 999)],
    ["bytes=-1", part(999, 1)],
    ["bytes=-1000", part(0, 1000)],
    ["bytes=-5000", part(0, 1000)],
    ["BYTES=1-2", part(1, 2)],
    ["bytes=1-2,", part(1, 2)],
    ["bytes=,1-2", part(1, 2)],
    ["bytes=1-2 , ,", part(1, 2)],
    ["bytes=0-0, 999-999", parts([0, 1], [999, 1])],
    ["bytes=-1,0-0", parts([999, 1], [0, 1])],
    ["bytes=0-4,5-9", parts([0, 5], [5, 5])],
    ["bytes=0-0,2-2,4-4,6-6", parts([0, 1], [2, 1], [4, 1], [6, 1])],
    ["bytes=0-0,2000-", part(0, 1)],
    ["bytes=2000-,-1", part(999, 1)],
    ["bytes=0-0,2-2,4-4,6-6,8-8", WHOLE],
    ["bytes=0-10,10-20", WHOLE],
    ["bytes=0-,-1", WHOLE],
    ["bytes=0-0,0-0", WHOLE],
    ["bytes=1000-", { status: 416 }],
    ["bytes=1000-2000", { status: 416 }],
    ["bytes=1000-,2000-", { status: 416 }],
    ["bytes=-0", { status: 416 }],
    [`bytes=${"9".repeat(30)}-`, { status: 416 }],
    ["bytes=-", WHOLE],
    ["bytes=,", WHOLE],
    ["bytes=", WHOLE],
    ["bytes=5-4", WHOLE],
    [`bytes=${"9".repeat(30)}-${"9".repeat(29)}`, WHOLE],
    ["bytes=0-1,5-4", WHOLE],
    ["bytes=a-b", WHOLE],
    ["bytes=1", WHOLE],
    ["bytes=1-2-3", WHOLE],
    ["bytes= 1-2", WHOLE],
    ["bytes =1-2", WHOLE],
    ["bytes=1 -2", WHOLE],
    ["bytes 0-1", WHOLE],
    ["items=0-1", WHOLE],
    ["bytes=0-1;x", WHOLE],
    ["bytes=+1-2", WHOLE],
    ["bytes=0x1-2", WHOLE],
    ["bytes=1.5-2", WHOLE],
    ["bytes=１-２", WHOLE],
    ["", WHOLE],
  ];
  it.each(table)("%s", (range, expected) => {
    expect(judge({ range })).toEqual(expected);
  });

  it("has no parts of an empty file to name", () => {
    for (const range of ["bytes=-1", "bytes=-5,0-1"]) expect(judge({ range }, 0), range).toEqual(WHOLE);
    for (const range of ["bytes=0-", "bytes=0-0", "bytes=-0"])
      expect(judge({ range }, 0), range).toEqual({ status: 416 });
  });

  it("knows which answers carry the first byte", () => {
    for (const range of ["bytes=0-", "bytes=-1000", "bytes=9-9,0-0", "nonsense"])
      expect(coversFirstByte(judge({ range })), range).toBe(true);
    for (const range of ["bytes=1-", "bytes=-999", "bytes=5-6,1-2", "bytes=1000-"])
      expect(coversFirstByte(judge({ range })), range).toBe(false);
    expect(coversFirstByte(judge({ ifNoneMatch: "*" }))).toBe(false);
  });
});

describe("sec-43: conditions by RFC 9110, in their order", () => {
  const ON_TIME = "Sun, 06 Nov 1994 08:49:37 GMT";
  const EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT";
  const LATER = "Sun, 06 Nov 1994 08:49:38 GMT";
  const RANGE = { range: "bytes=0-9" };
  const NOT_MODIFIED: RequestedBytes = { status: 304 };
  const FAILED: RequestedBytes = { status: 412 };
  const table: [string, Partial<BytesRequest>, RequestedBytes][] = [
    ["If-Match with the tag", { ifMatch: TAG }, WHOLE],
    ["If-Match with a list", { ifMatch: `${OTHER} , ${TAG}` }, WHOLE],
    ["If-Match with a comma in another tag", { ifMatch: `"a,b",, ${TAG}` }, WHOLE],
    ["If-Match with the star", { ifMatch: " * " }, WHOLE],
    ["If-Match with another tag", { ifMatch: OTHER }, FAILED],
    ["If-Match compares strongly", { ifMatch: `W/${TAG}` }, FAILED],
    ["If-Match before If-None-Match", { ifMatch: OTHER, ifNoneMatch: TAG }, FAILED],
    ["If-Match before ranges", { ifMatch: OTHER, range: "bytes=5000-" }, FAILED],
    ["If-Match that is malformed", { ifMatch: "ab" }, WHOLE],
    ["If-Match hides If-Unmodified-Since", { ifMatch: TAG, ifUnmodifiedSince: EARLIER }, WHOLE],
    ["also when malformed", { ifMatch: "ab", ifUnmodifiedSince: EARLIER }, WHOLE],
    ["If-Unmodified-Since, unmodified", { ifUnmodifiedSince: ON_TIME }, WHOLE],
    ["If-Unmodified-Since, modified", { ifUnmodifiedSince: EARLIER }, FAILED],
    ["If-Unmodified-Since that is no date", { ifUnmodifiedSince: "yesterday" }, WHOLE],
    ["If-Unmodified-Since before If-None-Match", { ifUnmodifiedSince: EARLIER, ifNoneMatch: TAG }, FAILED],
    ["If-None-Match with the tag", { ifNoneMatch: TAG }, NOT_MODIFIED],
    ["If-None-Match compares weakly", { ifNoneMatch: `W/${TAG}` }, NOT_MODIFIED],
    ["If-None-Match with a list", { ifNoneMatch: `"x" , W/${TAG},` }, NOT_MODIFIED],
    ["If-None-Match with the star", { ifNoneMatch: "*" }, NOT_MODIFIED],
    ["If-None-Match before ranges", { ifNoneMatch: TAG, range: "bytes=5000-" }, NOT_MODIFIED],
    ["If-None-Match with another tag", { ifNoneMatch: OTHER, ...RANGE }, part(0, 10)],
    ["If-None-Match with the tag inside another", { ifNoneMatch: `"x,${TAG.slice(1)}` }, WHOLE],
    ["If-None-Match without quotes", { ifNoneMatch: TAG.slice(1, -1) }, WHOLE],
    ["If-None-Match with half a tag", { ifNoneMatch: TAG.slice(1) }, WHOLE],
    ["If-None-Match with a star in a list", { ifNoneMatch: `*, ${TAG}` }, WHOLE],
    ["If-None-Match without commas", { ifNoneMatch: `"x" ${TAG}` }, WHOLE],
    ["If-None-Match with a small w", { ifNoneMatch: `w/${TAG}` }, WHOLE],
    ["If-None-Match that is empty", { ifNoneMatch: "" }, WHOLE],
    ["If-None-Match hides If-Modified-Since", { ifNoneMatch: OTHER, ifModifiedSince: LATER }, WHOLE],
    ["If-Modified-Since, not modified", { ifModifiedSince: ON_TIME }, NOT_MODIFIED],
    ["If-Modified-Since, long ago", { ifModifiedSince: LATER, ...RANGE }, NOT_MODIFIED],
    ["If-Modified-Since, modified", { ifModifiedSince: EARLIER, ...RANGE }, part(0, 10)],
    ["If-Modified-Since that is no date", { ifModifiedSince: "06 Nov 1994" }, WHOLE],
    ["both dates", { ifUnmodifiedSince: LATER, ifModifiedSince: EARLIER }, WHOLE],
    ["If-Range with the tag", { ifRange: TAG, ...RANGE }, part(0, 10)],
    ["If-Range compares strongly", { ifRange: `W/${TAG}`, ...RANGE }, WHOLE],
    ["If-Range with another tag", { ifRange: OTHER, ...RANGE }, WHOLE],
    ["If-Range with a list", { ifRange: `${TAG}, ${OTHER}`, ...RANGE }, WHOLE],
    ["If-Range with the star", { ifRange: "*", ...RANGE }, WHOLE],
    ["If-Range with the very date", { ifRange: ON_TIME, ...RANGE }, part(0, 10)],
    ["If-Range with a later date", { ifRange: LATER, ...RANGE }, WHOLE],
    ["If-Range with an earlier date", { ifRange: EARLIER, ...RANGE }, WHOLE],
    ["a wrong If-Range hides an impossible range", { ifRange: OTHER, range: "bytes=5000-" }, WHOLE],
    ["If-Range alone", { ifRange: OTHER }, WHOLE],
    ["HEAD ignores ranges", { method: "HEAD", range: "bytes=5000-" }, WHOLE],
    ["HEAD is judged", { method: "HEAD", ifNoneMatch: TAG }, NOT_MODIFIED],
    ["HEAD may fail", { method: "HEAD", ifMatch: OTHER }, FAILED],
  ];
  it.each(table)("%s", (_, headers, expected) => {
    expect(judge(headers)).toEqual(expected);
  });

  it("ignores dates where none is known", () => {
    const unknown = (headers: Partial<BytesRequest>) => judge({ ...headers, ...RANGE }, SIZE, null);
    expect(unknown({ ifModifiedSince: LATER })).toEqual(part(0, 10));
    expect(unknown({ ifUnmodifiedSince: EARLIER })).toEqual(part(0, 10));
    expect(unknown({ ifRange: ON_TIME })).toEqual(WHOLE);
  });

  it("reads dates in all three forms", () => {
    for (const date of [ON_TIME, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
      expect(parseHttpDate(date, NOW), date).toBe(MODIFIED);
    expect(parseHttpDate("Thursday, 06-Nov-69 08:49:37 GMT", NOW)).toBe(MODIFIED - 25 * 365.25 * 86_400 + 21_600);
    expect(parseHttpDate("Sat, 29 Feb 2020 00:00:00 GMT", NOW)).toBe(1_582_934_400);
    for (const wrong of [
      "Mon, 06 Nov 1994 08:49:37 GMT",
      "Sun, 6 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT",
      "Mon, 29 Feb 2021 00:00:00 GMT",
      "1994-11-06T08:49:37Z",
    ])
      expect(parseHttpDate(wrong, NOW), wrong).toBeNull();
    expect(renderHttpDate(MODIFIED)).toBe(ON_TIME);
  });
});

describe("sec-43: against a second reading of RFC 9110", () => {
  /** Written from the RFC's words alone: characters one by one, and sets of positions instead of arithmetic. */
  function reference(request: BytesRequest, size: number): string {
    const tags = (text: string): string[] | null => {
      const found: string[] = [];
      let state: "element" | "after" = "element";
      for (let i = 0; i < text.length; ) {
        const char = text[i] as string;
        if (char === " " || char === "\t") i++;
        else if (char === ",") {
          state = "element";
          i++;
        } else if (state === "after") return null;
        else {
          const start = i;
          if (text.slice(i, i + 2) === "W/") i += 2;
          if (text[i] !== '"') return null;
          const close = text.indexOf('"', i + 1);
          if (close < 0 || text.slice(i, close).includes(" ")) return null;
          found.push(text.slice(start, close + 1));
          i = close + 1;
          state = "after";
        }
      }
      return found.length === 0 ? null : found;
    };
    const { ifMatch, ifNoneMatch, ifRange, range } = request;
    if (ifMatch !== null && ifMatch.trim() !== "*" && tags(ifMatch) !== null && !tags(ifMatch)?.includes(TAG))
      return "412";
    if (ifNoneMatch !== null) {
      const known = ifNoneMatch.trim() === "*" || tags(ifNoneMatch)?.some((tag) => tag === TAG || tag === `W/${TAG}`);
      if (known) return "304";
    }
    if (request.method === "HEAD" || range === null || (ifRange !== null && ifRange.trim() !== TAG)) return "200";
    if (range.slice(0, 6).toLowerCase() !== "bytes=") return "200";
    const digits = (text: string) => text !== "" && [...text].every((char) => "0123456789".includes(char));
    const wanted: number[][] = [];
    let specs = 0;
    for (const [index, raw] of range.slice(6).split(",").entries()) {
      let spec = raw;
      while (spec.endsWith(" ") || spec.endsWith("\t")) spec = spec.slice(0, -1);
      while (index > 0 && (spec.startsWith(" ") || spec.startsWith("\t"))) spec = spec.slice(1);
      if (spec === "") continue;
      const dash = spec.indexOf("-");
      const [first, last] = [spec.slice(0, dash), spec.slice(dash + 1)];
      if (dash < 0 || !(digits(first) || first === "") || !(digits(last) || last === "")) return "200";
      if (first === "" && last === "") return "200";
      if (first !== "" && last !== "" && BigInt(first) > BigInt(last)) return "200";
      specs++;
      if (first === "" && size === 0 && BigInt(last) > 0n) return "200";
      const from = first === "" ? BigInt(size) - BigInt(last) : BigInt(first);
      const to = first === "" || last === "" ? BigInt(size - 1) : BigInt(last);
      const positions = Array.from({ length: size }, (_, at) => at).filter((at) => at >= from && at <= to);
      if (positions.length > 0) wanted.push(positions);
    }
    if (specs === 0 || specs > 4) return "200";
    if (wanted.length === 0) return "416";
    const all = wanted.flat();
    if (new Set(all).size < all.length) return "200";
    return `206 ${wanted.map((positions) => `${positions[0]}+${positions.length}`).join(" ")}`;
  }

  function random(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  it("agrees for twenty thousand requests put together by chance", () => {
    const chance = random(43);
    const pick = <T>(from: readonly T[]): T => from[chance(from.length)] as T;
    const number = () => pick(["", "0", "1", "5", "9", "10", "11", "19", "20", "007", "99999999999999999999"]);
    const spec = () => pick([`${number()}-${number()}`, `${number()}-`, `-${number()}`, "x", "", "1--2"]);
    const range = () =>
      pick(["bytes=", "bytes=", "bytes=", "Bytes=", "bytes", "rows="]) +
      Array.from({ length: 1 + chance(6) }, spec).join(pick([",", ", ", " ,", ",,", "\t,"]));
    const tag = () => pick([TAG, `W/${TAG}`, OTHER, '"a,b"', '""', "x", "*", "W/", '"', ""]);
    const list = () => Array.from({ length: 1 + chance(3) }, tag).join(pick([",", ", ", " , ", " ", ",,"]));
    const maybe = (make: () => string) => (chance(3) === 0 ? make() : null);
    const seen = new Set<string>();
    for (let round = 0; round < 20_000; round++) {
      const request: BytesRequest = {
        ...UNCONDITIONAL,
        method: chance(8) === 0 ? "HEAD" : "GET",
        ifMatch: maybe(list),
        ifNoneMatch: maybe(list),
        ifRange: maybe(tag),
        range: chance(5) === 0 ? null : range(),
      };
      const size = pick([0, 1, 10, 20]);
      const judged = judge(request, size);
      const told =
        judged.status === 206
          ? `206 ${judged.parts.map(({ offset, length }) => `${offset}+${length}`).join(" ")}`
          : String(judged.status);
      expect(told, JSON.stringify({ request, size })).toBe(reference(request, size));
      seen.add(told.slice(0, 3) + (told.split(" ").length > 2 ? " parts" : ""));
    }
    expect([...seen].sort()).toEqual(["200", "206", "206 parts", "304", "412", "416"]);
  });
});

describe("an answer of several parts", () => {
  it("says its length, its type and of each part where it belongs", () => {
    const wanted = [
      { offset: 0, length: 5 },
      { offset: 90, length: 10 },
    ];
    const frame = frameParts(wanted, 100, "application/vnd.rbsm+zip", "b0undary");
    expect(frame.contentType).toBe("multipart/byteranges; boundary=b0undary");
    const text = [...frame.heads.map((head, i) => new TextDecoder().decode(head) + "x".repeat(wanted[i]?.length ?? 0))]
      .concat(new TextDecoder().decode(frame.tail))
      .join("");
    expect(text.split("\r\n")).toEqual([
      "--b0undary",
      "content-type: application/vnd.rbsm+zip",
      "content-range: bytes 0-4/100",
      "",
      "xxxxx",
      "--b0undary",
      "content-type: application/vnd.rbsm+zip",
      "content-range: bytes 90-99/100",
      "",
      "xxxxxxxxxx",
      "--b0undary--",
      "",
    ]);
    expect(text.length).toBe(frame.length);
  });
});
