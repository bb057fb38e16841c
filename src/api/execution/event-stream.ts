import type { EndedRun, TailOf } from "../../market/execution/pull-ports.ts";
import type { World } from "../../market/ports.ts";

const LOOK_EVERY_MS = 1000;
/** A comment now and then tells both sides that the line is alive. */
const QUIET_LOOKS = 15;
/** A stream ends by itself; the browser or `rbsm logs` comes back and resumes after the last id. */
export const STREAM_LOOKS = 55;
const PAGE = 50;

/** Runs as server-sent events (HTML Living Standard, 9.2) while they end; `id` is the place to resume after. */
export function eventStream(
  world: Pick<World, "tails">,
  of: TailOf,
  show: (run: EndedRun) => object,
  after: number,
  isFollowed: boolean,
): Response {
  let seq = after;
  let looks = 0;
  let isOpen = true;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode("retry: 1000\n\n"));
    },
    async pull(controller) {
      while (isOpen) {
        if (++looks > STREAM_LOOKS) return controller.close();
        const runs = await world.tails.after(of, seq, PAGE);
        const last = runs.at(-1);
        if (last !== undefined) {
          seq = last.seq;
          return controller.enqueue(encoder.encode(runs.map((run) => message(run, show)).join("")));
        }
        if (!isFollowed) return controller.close();
        await scheduler.wait(LOOK_EVERY_MS);
        if (looks % QUIET_LOOKS === 0) return controller.enqueue(encoder.encode(": still here\n\n"));
      }
    },
    cancel() {
      isOpen = false;
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "private, no-store", "x-accel-buffering": "no" },
  });
}

/** JSON holds no raw line break, so one `data` line is enough. */
function message(run: EndedRun, show: (run: EndedRun) => object): string {
  return `id: ${run.seq}\nevent: execution\ndata: ${JSON.stringify(show(run))}\n\n`;
}
