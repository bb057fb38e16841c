/**
 * A plugin's console leads nowhere: what it wants to say goes through `context.log`, is counted and belongs to its
 * execution. Otherwise it would write into the launcher's own output, and deployed into logs that no tenant shares.
 */
export function silenceConsole(): void {
  const methods = console as unknown as Record<string, unknown>;
  for (const name of Object.keys(methods)) if (typeof methods[name] === "function") methods[name] = () => {};
}
