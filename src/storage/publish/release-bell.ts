import type { Bell } from "../../market/publish/ports.ts";

/** Rings on the queue RELEASES. */
export function createReleaseBell(queue: Queue<{ readonly releaseId: string }>): Bell {
  return { ring: async (releaseId) => void (await queue.send({ releaseId })) };
}
