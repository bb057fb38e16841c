import { describe, expect, it } from "vitest";
import { type Behaviour, vectors } from "./http-vectors.ts";

const SOURCES = import.meta.glob("../**/*.test.ts", { query: "?raw", import: "default", eager: true }) as Record<
  string,
  string
>;

/** What is tested elsewhere: the file and the test that shows it. */
type Covered = readonly [file: string, test: string];
/** What cannot be shown yet: why. */
type Later = string;

const BEHAVIOUR: Readonly<Record<string, Covered | Later>> = {
  "bola-get": ["api/roles.worker.test.ts", "who may call"],
  "role-down": ["api/roles.worker.test.ts", "has a row for every operation"],
  "double-publish": ["api/publish/races.worker.test.ts", "gives the version to one of two bundles"],
  "race-licence-seats": ["api/license/races.worker.test.ts", "50 devices on 3 seats give exactly 3"],
  "if-none-match": ["pages/visitor.worker.test.ts", "answers 304 to a browser that has these very bytes"],
  options: ["api/transport.worker.test.ts", "OPTIONS names the methods and opens nothing to other sites"],
  csrf: "there are no cookie sessions yet: every unsafe call takes an Authorization header, which no form sends",
  "rate-limit":
    "there is no login by secret words yet; keys and tokens of 128 bits and more are not guessed in 200 tries",
  logout: ["api/account/authentication.worker.test.ts", "ends with its time, its revocation and its account"],
  "pagination-end": "no list has cursors yet: pages are numbers, and other tenants' rows are in no page (roles)",
  "reserved-names": ["api/publish/refusals.worker.test.ts", "keeps reserved names and tombstones"],
  "error-shape": ["api/transport.worker.test.ts", "that an address does not answer are 405"],
  "big-download": ["api/catalogue/delivery.worker.test.ts", "lets a broken download resume"],
  leap: "terms are days of 86,400 s, not months: no calendar decides when a license ends",
  "security-headers": ["pages/visitor.worker.test.ts", "content-security-policy"],
};

const KEYS: Readonly<Record<string, Covered | Later>> = {
  lower: ["domain/license/key.node.test.ts", '"lower case"'],
  dashes: ["domain/license/key.node.test.ts", '"a minus sign U+2212"'],
  fullwidth: ["domain/license/key.node.test.ts", '"full-width digits"'],
  "zero-width": ["domain/license/key.node.test.ts", '"a zero-width joiner inside"'],
  transpose: ["domain/license/key.node.test.ts", "catches every wrong character and every swap of neighbours"],
  extend: ["domain/license/key.node.test.ts", '"one more group"'],
  nul: ["domain/license/key.node.test.ts", '"a NUL appended"'],
  "json-types": ["domain/license/key.node.test.ts", "is refused as %j: not a text"],
  "other-product": ["api/license/verify.worker.test.ts", "License is for a different plugin"],
  timing:
    "keys are found by their keyed hash in one index: no comparison runs along a prefix; a clock of the tests' own machine shows noise alone",
  "offline-swap": ["sdk/license/verify-lease.node.test.ts", "for other hardware"],
  "offline-resign": [
    "sdk/license/verify-lease.node.test.ts",
    "must be pinned: a stranger's under the same name is a forgery",
  ],
  "offline-rollback": ["sdk/license/verify-lease.node.test.ts", "older than one seen before"],
};

describe.each([
  ["behaviour", vectors<Behaviour>("behaviour"), BEHAVIOUR],
  ["licence-keys", vectors<Behaviour>("licence-keys"), KEYS],
] as const)("%s", (_, cases, table) => {
  it("knows every case and invents none, where the vectors are", () => {
    if (cases.length > 0) expect(Object.keys(table).sort()).toEqual(cases.map(({ id }) => id).sort());
    else expect(Object.keys(table).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(table))("%s has a test or a reason", (id, entry) => {
    if (typeof entry === "string") return expect(entry.length, id).toBeGreaterThan(40);
    const [file, test] = entry;
    expect(SOURCES[`../${file}`], `${id}: ${file}`).toContain(test);
  });
});
