import { encodeUtf8 } from "../../domain/bytes.ts";
import type { Progress } from "./progress.tsx";

const LOOK_EVERY_MS = 1000;
/** A browser that wants to know more asks again. */
const LOOKS = 60;

/**
 * Server-sent events: `progress` whenever it changed, `end` when nothing is left to wait for, or after a minute. `look` answers
 * null once the installation is gone. Who stops listening ends it.
 */
export function progressStream(look: () => Promise<Progress | null>): Response {
  let isOver = false;
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: string, data: unknown) =>
        controller.enqueue(encodeUtf8(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      let before = "";
      for (let turn = 0; turn < LOOKS && !isOver; turn++) {
        const progress = await look();
        if (progress === null || isOver) break;
        const text = JSON.stringify(progress);
        if (text !== before) send("progress", progress);
        before = text;
        if (Object.values(progress).every((state) => state === "done")) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      if (isOver) return;
      send("end", {});
      controller.close();
    },
    cancel() {
      isOver = true;
    },
  });
  return new Response(stream, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "private, no-store" },
  });
}
