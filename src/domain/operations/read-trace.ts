/** One invocation of a Worker, as far as a tail Worker is told and we look. */
export interface Trace {
  readonly scriptName: string | null;
  readonly outcome: string;
  readonly exceptions: readonly { readonly name: string; readonly message: string }[];
  readonly logs: readonly { readonly level: string; readonly message: unknown }[];
  readonly cpuTime?: number;
}

/** Something that whoever runs the marketplace should know of. */
export interface Alarm {
  readonly worker: string;
  /** `exceededCpu`, an exception's name, or the event of an error line. */
  readonly what: string;
  readonly requestId: string | null;
  readonly detail: string;
}

/** Ends of an invocation that are nobody's fault. */
const FINE: ReadonlySet<string> = new Set(["ok", "canceled", "responseStreamDisconnected"]);
const MAX_DETAIL = 300;

/** Invocations that ended badly, exceptions that nobody caught, and error lines; everything else is no news. */
export function alarmsOf(traces: readonly Trace[]): readonly Alarm[] {
  return traces.flatMap(({ scriptName, outcome, exceptions, logs }) => {
    const worker = scriptName ?? "unknown";
    const alarm = (what: string, detail: string, requestId: string | null = null): Alarm => ({
      worker,
      what,
      requestId,
      detail: detail.slice(0, MAX_DETAIL),
    });
    return [
      ...(FINE.has(outcome) || outcome === "exception" ? [] : [alarm(outcome, `ended as ${outcome}`)]),
      ...exceptions.map(({ name, message }) => alarm(name, message)),
      ...logs.flatMap(({ level, message }) => {
        const line = level === "error" ? readLine(message) : null;
        return line === null ? [] : [alarm(line.event, line.error, line.requestId)];
      }),
    ];
  });
}

/** Our own error lines are JSON objects with an event; others are told by their text. */
function readLine(message: unknown): { event: string; error: string; requestId: string | null } | null {
  const text = Array.isArray(message) ? message.map(String).join(" ") : String(message);
  try {
    const line = JSON.parse(text) as { event?: unknown; error?: unknown; requestId?: unknown } | null;
    if (line !== null && typeof line === "object")
      return {
        event: typeof line.event === "string" ? line.event : "error",
        error: typeof line.error === "string" ? line.error : text,
        requestId: typeof line.requestId === "string" ? line.requestId : null,
      };
  } catch {
    // Text that somebody else wrote.
  }
  return text === "" ? null : { event: "error", error: text, requestId: null };
}
