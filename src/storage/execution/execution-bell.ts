import type { ExecutionBell } from "../../market/execution/ports.ts";

const MAX_BATCH = 100;

export function createExecutionBell(queue: Queue<{ readonly executionId: string }>): ExecutionBell {
  return {
    async ring(executionIds, delaySeconds = 0) {
      for (let at = 0; at < executionIds.length; at += MAX_BATCH)
        await queue.sendBatch(
          executionIds.slice(at, at + MAX_BATCH).map((executionId) => ({ body: { executionId } })),
          {
            delaySeconds,
          },
        );
    },
  };
}
