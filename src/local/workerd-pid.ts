import child_process from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

/**
 * Miniflare has no API for the pid of its workerd, and the watchdog must be able to kill exactly that process.
 * Must run before miniflare is imported.
 */
export function reportWorkerdPid(report: (pid: number) => void): void {
  const spawn = child_process.spawn;
  child_process.spawn = ((...args: Parameters<typeof spawn>) => {
    const child = spawn(...args);
    if (/workerd/.test(String(args[0])) && child.pid !== undefined) report(child.pid);
    return child;
  }) as typeof spawn;
  syncBuiltinESMExports();
}
