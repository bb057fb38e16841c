import * as z from "zod";
import type { Operation } from "../../contract/operation.ts";
import { parseJson } from "../../domain/json/strict.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { addressOf, tellNetwork, tellRefusal } from "./ask.ts";
import type { Marketplace } from "./marketplace.ts";

const RUN = z.looseObject({
  action: z.string(),
  outcome: z.string(),
  version: z.string(),
  finishedAt: z.string(),
  duration: z.number().optional(),
  message: z.string().optional(),
  logs: z.array(z.object({ level: z.string(), text: z.string() })).optional(),
});
/** One run as the marketplace streams it; publishers get it without `message` and `logs`. */
export type StreamedRun = z.output<typeof RUN>;

export interface Following {
  /** Starts after this place; the newest where nothing is said. */
  readonly after?: string;
  /** Goes on when the stream ends, from where it was. */
  readonly isFollowed: boolean;
  /** Ends after so many runs. */
  readonly limit: number;
  onRun(run: StreamedRun): void;
}

/** Reads server-sent events until the limit, the end, or a refusal; a line that broke is taken up where it was. */
export async function followLogs(
  marketplace: Marketplace,
  operation: Operation,
  params: Readonly<Record<string, string>>,
  following: Following,
): Promise<Outcome<number>> {
  let last = following.after;
  let seen = 0;
  for (let failures = 0; ; ) {
    const query = { ...(last === undefined ? {} : { after: last }), follow: following.isFollowed ? "1" : "0" };
    const url = addressOf(marketplace.origin, operation, { params, query });
    try {
      const response = await fetch(url, {
        headers: { accept: "text/event-stream", authorization: `Bearer ${marketplace.token ?? ""}` },
        redirect: "manual",
      });
      if (response.status !== 200) {
        const body = parseJson(await response.text(), { maxDepth: 8, numbers: "any" });
        const members = body.ok ? OBJECT.safeParse(body.value) : null;
        const problem = tellRefusal(marketplace.origin, response.status, members?.success ? members.data : null);
        return { ok: false, problem };
      }
      failures = 0;
      for await (const { id, data } of messages(response)) {
        last = id;
        const run = RUN.safeParse(JSON.parse(data));
        if (!run.success) continue;
        following.onRun(run.data);
        if (++seen >= following.limit) return ok(seen);
      }
      if (!following.isFollowed) return ok(seen);
    } catch (error) {
      if (!following.isFollowed || ++failures > MAX_FAILURES)
        return { ok: false, problem: tellNetwork(marketplace.origin, error) };
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

const OBJECT = z.record(z.string(), z.json());
const MAX_FAILURES = 5;
const RETRY_MS = 1000;

/** Messages with an id and one line of data; comments and everything else are passed over. */
async function* messages(response: Response): AsyncGenerator<{ readonly id: string; readonly data: string }> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const id = /^id: ([0-9]+)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id !== undefined && data !== undefined) yield { id, data };
    }
  }
}
