import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import { ok } from "../../domain/result.ts";
import { type Answer, command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { moveVersion } from "../work/move-version.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const VERSION = { name: "PLUGIN@VERSION", summary: "the plugin and one exact version" } as const;

export const yankCommand = command({
  summary: "no longer offer a version",
  details: [
    "Nobody gets it by asking for the newest. Whoever has it keeps it, and it can still be had by its exact version or from a lock.",
  ],
  positionals: [VERSION],
  flags: {
    reason: { value: "TEXT", summary: "why; everybody reads it" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ['rbsm yank visit-notes@1.4.0 --reason "It loses notes longer than a page"'],
  async run({ flags, args: [which = ""] }) {
    if (flags.reason === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm yank needs --reason: it tells everybody why.") };
    const json = { reason: flags.reason };
    return tell(which, await moveVersion(which, flags.marketplace, PUBLISH_OPERATIONS.yankRelease, json));
  },
});

export const unyankCommand = command({
  summary: "offer a yanked version again",
  positionals: [VERSION],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm unyank visit-notes@1.4.0"],
  run: async ({ flags, args: [which = ""] }) =>
    tell(which, await moveVersion(which, flags.marketplace, PUBLISH_OPERATIONS.unyankRelease, {})),
});

export const deprecateCommand = command({
  summary: "mark a version with a notice",
  details: ["It can still be installed; whoever does reads the notice, as does everybody on the plugin's page."],
  positionals: [VERSION],
  flags: {
    message: { value: "TEXT", summary: "what people should know" },
    replacement: { value: "PLUGIN", summary: "another plugin to use instead" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ['rbsm deprecate visit-notes@1.4.0 --message "No longer maintained" --replacement better-notes'],
  async run({ flags, args: [which = ""] }) {
    if (flags.message === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm deprecate needs --message: people read it.") };
    const json = {
      message: flags.message,
      ...(flags.replacement === undefined ? {} : { replacement: flags.replacement }),
    };
    return tell(which, await moveVersion(which, flags.marketplace, PUBLISH_OPERATIONS.deprecateRelease, json));
  },
});

export const undeprecateCommand = command({
  summary: "take the notice of a version back",
  positionals: [VERSION],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm undeprecate visit-notes@1.4.0"],
  run: async ({ flags, args: [which = ""] }) =>
    tell(which, await moveVersion(which, flags.marketplace, PUBLISH_OPERATIONS.undeprecateRelease, {})),
});

function tell(which: string, moved: Awaited<ReturnType<typeof moveVersion>>): Outcome<Answer> {
  return moved.ok ? ok({ data: { ...moved.value }, lines: [`${which} ${moved.value.state}`] }) : moved;
}
