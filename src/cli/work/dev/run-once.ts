import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import type { RunReply } from "../../../domain/execution/job.ts";
import type { InstallationFacts } from "../../../sdk/testing/host/run-facts.ts";
import { callOf, type Wanted } from "./call-of.ts";
import { type Happening, nameOf, openWorkbench } from "./workbench.ts";

/** One call in a real isolate and everything it did. */
export interface Ran {
  readonly what: string;
  readonly reply: RunReply;
  readonly happenings: readonly Happening[];
}

/** Runs calls one after the other in one isolate of their own, which is gone afterwards. Null stands for an event nobody sends. */
export async function runOnce(
  bundle: OpenedBundle,
  wanted: readonly Wanted[],
  options: { readonly isOnline: boolean; readonly facts?: InstallationFacts },
): Promise<readonly (Ran | null)[]> {
  let happenings: Happening[] = [];
  const onHappening = (one: Happening) => void happenings.push(one);
  const workbench = openWorkbench(bundle, { ...options, now: Date.now, onHappening });
  try {
    const all: (Ran | null)[] = [];
    for (const one of wanted) {
      happenings = [];
      const call = callOf(one, workbench.emulator, Date.now());
      if (call) all.push({ what: nameOf(call), reply: await workbench.run(call), happenings });
      else all.push(null);
    }
    return all;
  } finally {
    await workbench.close();
  }
}

/** Every event of the host and every schedule a plugin declares. */
export function declaredCalls({ manifest }: OpenedBundle): readonly Wanted[] {
  return [
    ...manifest.events.flatMap(({ on }): readonly Wanted[] =>
      on.startsWith("plugin:") ? [] : [{ kind: "event", name: on }],
    ),
    ...manifest.schedules.map(({ id }): Wanted => ({ kind: "schedule", id })),
  ];
}
