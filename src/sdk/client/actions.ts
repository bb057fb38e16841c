import { at, type CallOptions, type LineOptions, openLine } from "./line.ts";

/** A write that a plugin wished for on an instance that nobody can call. */
export interface PendingAction {
  /** The same for as long as it is offered. */
  readonly id: string;
  readonly plugin: string;
  readonly installationId: string;
  /** `customers.create` … */
  readonly method: string;
  /** A request to the instance's own API, below its `/api`. */
  readonly request: { readonly verb: string; readonly path: string; readonly body?: unknown };
  readonly createdAt: string;
}

/** How the instance's own API answered. */
export interface AppliedAction {
  readonly ok: boolean;
  /** HTTP status. */
  readonly status?: number;
  /** At most 300 characters; the plugin's admin reads it. */
  readonly error?: string;
}

export interface PullOptions extends LineOptions {
  /** Makes the request on the instance. Throwing leaves the action for the next round. */
  apply(action: PendingAction): Promise<AppliedAction>;
  /**
   * What was applied, kept beside the instance's data: an action whose acknowledgement was lost is offered again, and is
   * then acknowledged without being applied twice.
   */
  readonly applied: {
    get(id: string): Promise<AppliedAction | null>;
    set(id: string, result: AppliedAction): Promise<void>;
  };
  /** Seconds the marketplace waits for the first action; 0–25, default 20. */
  readonly wait?: number;
}

/**
 * One round of pull mode: fetches waiting actions, applies each once in their order, acknowledges. Answers how many were
 * acknowledged; call it again and again.
 *
 * @example
 * ```ts
 * for (;;) await applyActions({ marketplace, credentials, applied, apply: (action) => callOwnApi(action.request) });
 * ```
 */
export async function applyActions(options: PullOptions, call: CallOptions = {}): Promise<number> {
  const line = openLine(options);
  const query = { wait: options.wait ?? 20 };
  const { actions } = await line.json<{ readonly actions: readonly PendingAction[] }>(
    { method: "GET", path: at`/instances/actions`, query },
    call,
  );
  const results: ({ id: string } & AppliedAction)[] = [];
  for (const action of actions) {
    const result = await applyOnce(options, action);
    // What comes after it may build on it: the rest waits for the next round.
    if (result === null) break;
    results.push({ id: action.id, ...result });
  }
  if (results.length === 0) return 0;
  const path = at`/instances/actions/ack`;
  const { acknowledged } = await line.json<{ readonly acknowledged: readonly string[] }>(
    { method: "POST", path, body: { results } },
    call,
  );
  return acknowledged.length;
}

/** The result of an action, applied now or before; null: it failed and waits, as all after it do. */
export async function applyOnce(
  { applied, apply }: Pick<PullOptions, "applied" | "apply">,
  action: PendingAction,
): Promise<AppliedAction | null> {
  const known = await applied.get(action.id);
  if (known !== null) return known;
  try {
    const result = await apply(action);
    await applied.set(action.id, result);
    return result;
  } catch {
    return null;
  }
}
