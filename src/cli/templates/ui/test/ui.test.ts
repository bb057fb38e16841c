import { expect, test } from "vitest";
import styles from "../ui/index.css?raw";
import page from "../ui/index.html?raw";
import script from "../ui/index.js?raw";

test("the page names exactly the files that are packed beside it", () => {
  const named = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]);
  expect(named).toEqual(["index.css", "index.js"]);
  expect(styles).toContain("main");
});

test("the script finds the elements it works with", () => {
  const ids = [...script.matchAll(/querySelector\("#([a-z]+)"\)/g)].map((match) => match[1]);
  expect(ids.length).toBeGreaterThan(0);
  for (const id of ids) expect(page).toContain(`id="${id}"`);
});
