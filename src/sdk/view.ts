import type { RouteResponse } from "../domain/execution/job.ts";
import type { Json } from "../domain/json/json.ts";
import type { BlockInput } from "../domain/ui/blocks.ts";

export type { BlockInput };

/**
 * A view made of blocks, as a route answers it for a slot that names the route. Nothing in it is markup.
 *
 * @example
 * ```ts
 * "GET /today": async () => view([{ type: "stats", items: [{ label: "Open", value: 3 }] }], "Today"),
 * ```
 */
export function view(blocks: readonly BlockInput[], title?: string): RouteResponse {
  // Blocks hold JSON only; their optional members are absent, never undefined.
  return { body: { blocks, ...(title === undefined ? {} : { title }) } as unknown as Json };
}
