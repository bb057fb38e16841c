import type { ContainerStore } from "../../market/publish/ports.ts";

/** What older hosts sent, on D1. */
export function containersOnD1(db: D1Database): ContainerStore {
  return {
    async keep(releaseId, sha256, size, at) {
      await db
        .prepare(
          "INSERT INTO host_containers (release_id, sha256, size, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(Number(releaseId), sha256, size, at)
        .run();
    },
  };
}
