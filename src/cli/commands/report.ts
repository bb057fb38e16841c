import { MODERATION_OPERATIONS } from "../../contract/moderation/operations.ts";
import { REPORT_KINDS } from "../../domain/release/reports.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const reportCommand = command({
  summary: "tell the marketplace what is wrong with a plugin",
  details: ["Nobody need be logged in. With --email you hear what came of it."],
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: {
    kind: { value: "KIND", summary: `one of ${REPORT_KINDS.join(", ")}` },
    text: { value: "TEXT", summary: "what you saw, ten characters or more" },
    version: { value: "VERSION", summary: "the version you saw it in" },
    email: { value: "ADDRESS", summary: "where you want to hear of it" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ['rbsm report visit-notes --kind malware --text "It sends notes to a stranger"'],
  async run({ flags, args: [plugin = ""] }) {
    const kind = REPORT_KINDS.find((one) => one === flags.kind);
    if (kind === undefined || flags.text === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm report needs --kind and --text.") };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const { text, version, email } = flags;
    const json = {
      plugin,
      kind,
      text,
      ...(version === undefined ? {} : { version }),
      ...(email === undefined ? {} : { email }),
    };
    const reply = await ask(marketplace.value, MODERATION_OPERATIONS.reportPlugin, { json });
    if (!reply.ok) return reply;
    const { reportId, dueAt } = reply.value.body;
    return ok({ data: { ...reply.value.body }, lines: [`report ${reportId}, looked at until ${dueAt.slice(0, 10)}`] });
  },
});
