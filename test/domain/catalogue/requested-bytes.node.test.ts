import { describe, expect, it } from "vitest";
import { judgeBytesRequest, type RequestedBytes } from "../../../src/domain/catalogue/requested-bytes.ts";

const TAG = `"${"ab".repeat(32)}"`;
const SIZE = 1000;
const WHOLE: RequestedBytes = { status: 200 };
const part = (offset: number, length: number): RequestedBytes => ({ status: 206, offset, length });

function judge(headers: { range?: string; ifNoneMatch?: string; ifRange?: string; method?: "HEAD" }): RequestedBytes {
  const { range = null, ifNoneMatch = null, ifRange = null, method = "GET" } = headers;
  return judgeBytesRequest({ method, range, ifNoneMatch, ifRange }, TAG, SIZE);
}

describe("one range", () => {
  const table: [string, RequestedBytes][] = [
    ["bytes=0-", part(0, 1000)],
    ["bytes=0-0", part(0, 1)],
    ["bytes=0-99", part(0, 100)],
    ["bytes=500-", part(500, 500)],
    ["bytes=999-999", part(999, 1)],
    ["bytes=999-99999", part(999, 1)],
    ["bytes=-1", part(999, 1)],
    ["bytes=-1000", part(0, 1000)],
    ["bytes=-5000", part(0, 1000)],
    ["BYTES=1-2", part(1, 2)],
    ["bytes=1000-", { status: 416 }],
    ["bytes=1000-2000", { status: 416 }],
    ["bytes=-0", { status: 416 }],
    ["bytes=-", WHOLE],
    ["bytes=5-4", WHOLE],
    ["bytes=a-b", WHOLE],
    ["bytes=1", WHOLE],
    ["bytes 0-1", WHOLE],
    ["items=0-1", WHOLE],
    ["bytes=0-1,5-6", WHOLE],
    ["bytes=0-1;x", WHOLE],
    ["bytes=+1-2", WHOLE],
    ["bytes=0x1-2", WHOLE],
    ["bytes=1.5-2", WHOLE],
    [`bytes=${"9".repeat(30)}-`, WHOLE],
    ["", WHOLE],
  ];
  it.each(table)("%s", (range, expected) => {
    expect(judge({ range })).toEqual(expected);
  });
});

describe("conditions", () => {
  it("compares If-None-Match weakly, in lists and with the star, before any range", () => {
    for (const ifNoneMatch of [TAG, `W/${TAG}`, `"x", ${TAG}`, `"x" , W/${TAG}`, "*", " * "])
      expect(judge({ ifNoneMatch, range: "bytes=0-1" }), ifNoneMatch).toEqual({ status: 304 });
    for (const ifNoneMatch of ['"x"', TAG.slice(1), "ab".repeat(32), ""])
      expect(judge({ ifNoneMatch }), ifNoneMatch).toEqual(WHOLE);
  });

  it("sends everything when If-Range is another tag, a weak one or a date", () => {
    expect(judge({ ifRange: TAG, range: "bytes=0-9" })).toEqual(part(0, 10));
    for (const ifRange of [`W/${TAG}`, '"x"', "Wed, 21 Oct 2026 07:28:00 GMT"])
      expect(judge({ ifRange, range: "bytes=0-9" }), ifRange).toEqual(WHOLE);
    expect(judge({ ifRange: '"x"', range: "bytes=5000-" })).toEqual(WHOLE);
  });

  it("ignores ranges of HEAD", () => {
    expect(judge({ method: "HEAD", range: "bytes=0-1" })).toEqual(WHOLE);
    expect(judge({ method: "HEAD", range: "bytes=5000-" })).toEqual(WHOLE);
  });
});
