import { expect, it } from "vitest";
import { EVERYTHING, isFiltered, listPath, parseListState, toSearchQuery } from "../../src/pages/list-state.ts";

it("reads the address and writes the same address", () => {
  const address =
    "/plugins?query=lead+%26+order&type=ui&category=reporting&tag=crm&price=trial&rating=3&permission=customers.read" +
    "&network=none&personal=none&verified=yes&updated=90&app=0.10.0&sort=rating&page=4";
  const state = parseListState(new URL(address, "http://localhost").searchParams);
  expect(state).toEqual({
    query: "lead & order",
    type: "ui",
    category: "reporting",
    tag: "crm",
    price: "trial",
    rating: 3,
    permission: "customers.read",
    noNetwork: true,
    noPersonalData: true,
    verified: true,
    updated: 90,
    app: "0.10.0",
    sort: "rating",
    page: 4,
  });
  expect(listPath(state, { page: 4 })).toBe(address);
});

it("leaves defaults out and goes back to the first page when a filter changes", () => {
  expect(listPath(EVERYTHING)).toBe("/plugins");
  expect(listPath({ ...EVERYTHING, page: 7 }, { type: "api" })).toBe("/plugins?type=api");
});

it.each([
  "type=admin",
  "type=",
  "category=__proto__",
  "rating=5",
  "rating=-1",
  "sort=constructor",
  "page=0",
  "page=99999",
  "page=1e3",
  "page=%20",
  "tag=<x>",
  "price=cheap",
  "permission=root",
  "network=some",
  "updated=31",
  "app=0.1",
  "app=v0.1.0",
  "other=1",
])("takes the default for what it does not know: %s", (search) => {
  expect(parseListState(new URLSearchParams(search))).toEqual(EVERYTHING);
});

it("cuts a search at a hundred characters, between them, and drops what cannot be seen", () => {
  const { query } = parseListState(new URLSearchParams({ query: `  a\u0000\n\tb${"😀".repeat(200)}` }));
  expect(query.startsWith("a b😀")).toBe(true);
  expect(Array.from(query)).toHaveLength(100);
  expect(query.isWellFormed()).toBe(true);
});

it("asks the catalogue for twenty, names ascending and everything else descending", () => {
  expect(toSearchQuery(EVERYTHING)).toMatchObject({ limit: 20, page: 1, sort: "relevance", direction: "desc" });
  expect(toSearchQuery({ ...EVERYTHING, sort: "name" }).direction).toBe("asc");
  expect(toSearchQuery(EVERYTHING).text).toBeUndefined();
});

it("knows whether anything narrows the list", () => {
  expect(isFiltered({ ...EVERYTHING, sort: "name", page: 3 })).toBe(false);
  expect(isFiltered({ ...EVERYTHING, rating: 2 })).toBe(true);
});
