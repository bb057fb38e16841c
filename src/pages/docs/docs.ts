/// <reference path="./docs-text.d.ts" />
import { docsText } from "../../../dist/docs/pages.docs.js";

/** One page of the documentation, drawn by the build. */
export interface DocPage {
  /** Last part of its address. */
  readonly slug: string;
  readonly title: string;
  /** The first paragraph, as plain text. */
  readonly description: string;
  readonly section: string;
  /** Safe HTML below the title. */
  readonly html: string;
  readonly parts: readonly DocPart[];
}

/** What stands below one heading. The first part of a page has neither id nor heading. */
export interface DocPart {
  readonly id: string;
  /** 2 or 3; 1 is the page itself. */
  readonly level: number;
  readonly heading: string;
  /** Plain text for the search. */
  readonly text: string;
}

let pages: readonly DocPage[] | null = null;

/** Every page in reading order. The text is parsed when the first reader comes, not when the Worker starts. */
export function readDocs(): readonly DocPage[] {
  pages ??= JSON.parse(docsText) as readonly DocPage[];
  return pages;
}
