import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { CursorKey, SearchKey, SearchQuery } from "./search-ports.ts";

const TAG_BYTES = 16;
const MALFORMED: Problem<"VALIDATION_ERROR"> = {
  reason: "VALIDATION_ERROR",
  facts: { errors: [{ pointer: "/after", detail: "not a cursor of this search" }] },
};

/** `<base64url of JSON>.<base64url of 16 bytes HMAC>`: signed together with the search it belongs to. */
export async function sealCursor(
  key: CursorKey,
  query: SearchQuery,
  generation: number,
  { value, name, day }: SearchKey,
): Promise<string> {
  const body = encodeBase64url(encodeUtf8(JSON.stringify([generation, value, name, day])));
  return `${body}.${await tagOf(key, query, body)}`;
}

/** Where the next page begins. A cursor of another search, or a forged one, is refused; one of another generation is gone. */
export async function openCursor(
  key: CursorKey,
  query: SearchQuery,
  generation: number,
): Promise<Result<SearchKey, Problem<"cursor_expired" | "VALIDATION_ERROR">>> {
  const [body = "", tag = ""] = (query.after ?? "").split(".");
  if (tag === "" || tag !== (await tagOf(key, query, body))) return refuse(MALFORMED);
  const bytes = decodeBase64url(body);
  if (bytes === null) return refuse(MALFORMED);
  const [made, value, name, day]: [number, number | string, string, number] = JSON.parse(
    new TextDecoder().decode(bytes),
  );
  return made === generation ? ok({ value, name, day }) : refuse({ reason: "cursor_expired" });
}

/** Everything that decides what is found and in which order; neither page nor limit does. */
async function tagOf(key: CursorKey, query: SearchQuery, body: string): Promise<string> {
  const { after: _, page: __, limit: ___, ...search } = query;
  const chosen = Object.entries(search)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const tag = await key.sign(`${body}\n${JSON.stringify(chosen)}`);
  return encodeBase64url(tag.slice(0, TAG_BYTES));
}
