import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

/** Many files change together when an editor or git writes. */
const SETTLE_MS = 80;
const IGNORED = /^(?:node_modules|dist|\..*|.*\.rbsm)$/;

export interface FolderWatch {
  close(): void;
}

/**
 * Tells of changes below a folder, once for many that come together. Every directory is watched on its own: the recursive
 * watch of Node loses a file on Linux when an editor replaces it by another.
 */
export async function watchFolder(root: string, onChange: () => void): Promise<FolderWatch> {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function follow(folder: string): Promise<void> {
    if (isClosed) return;
    if (!watchers.has(folder)) {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && IGNORED.test(name)) return;
        clearTimeout(timer);
        timer = setTimeout(settle, SETTLE_MS);
      });
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    }
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const inner = entries.filter((entry) => entry.isDirectory() && !IGNORED.test(entry.name));
    await Promise.all(inner.map(({ name }) => follow(path.join(folder, name)).catch(() => {})));
  }

  function settle(): void {
    void follow(root);
    onChange();
  }

  await follow(root);
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
