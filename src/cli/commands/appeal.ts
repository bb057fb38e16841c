import { DESK_OPERATIONS } from "../../contract/publish/desk-operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { identified } from "../work/identified.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const appealCommand = command({
  summary: "appeal against a rejection",
  details: ["Once, within fourteen days; somebody else than who rejected it decides within five working days."],
  positionals: [{ name: "RELEASE", summary: "number of the release" }],
  flags: { reason: { value: "TEXT", summary: "why it should be looked at again" }, marketplace: MARKETPLACE_FLAG },
  examples: ['rbsm appeal 17 --reason "The address it names is documentation"'],
  async run({ flags, args: [id = ""] }) {
    if (flags.reason === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm appeal needs --reason.") };
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const json = { reason: flags.reason };
    const reply = await ask(marketplace.value, DESK_OPERATIONS.appealRelease, { params: { id }, json });
    if (!reply.ok) return reply;
    return ok({ data: { ...reply.value.body }, lines: [`decided until ${reply.value.body.dueAt.slice(0, 10)}`] });
  },
});
