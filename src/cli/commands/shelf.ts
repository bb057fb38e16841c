import { LISTING_STATE_OPERATIONS } from "../../contract/publish/listing-state-operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { identified, pluginIdOf } from "../work/identified.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const OPS = LISTING_STATE_OPERATIONS;
const PLUGIN = { name: "PLUGIN", summary: "name of the plugin" } as const;

export const suspendCommand = command({
  summary: "take a plugin off the shelves for a while",
  details: [
    "It is on no list, nobody gets a new license, and the ones there are rest. Whatever the desk suspended only the desk resumes.",
  ],
  positionals: [PLUGIN],
  flags: { reason: { value: "TEXT", summary: "why; holders read it" }, marketplace: MARKETPLACE_FLAG },
  examples: ['rbsm suspend visit-notes --reason "It loses notes; a new version is on its way"'],
  async run({ flags, args: [name = ""] }) {
    if (flags.reason === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm suspend needs --reason: holders read it.") };
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const plugin = await pluginIdOf(marketplace.value, name);
    if (!plugin.ok) return plugin;
    const json = { reason: flags.reason };
    const reply = await ask(marketplace.value, OPS.suspendPlugin, { params: { id: plugin.value }, json });
    return reply.ok ? ok({ data: { ...reply.value.body }, lines: [`${name} ${reply.value.body.status}`] }) : reply;
  },
});

export const resumeCommand = command({
  summary: "put a suspended plugin back where it stood",
  positionals: [PLUGIN],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm resume visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const plugin = await pluginIdOf(marketplace.value, name);
    if (!plugin.ok) return plugin;
    const reply = await ask(marketplace.value, OPS.resumePlugin, { params: { id: plugin.value } });
    return reply.ok ? ok({ data: { ...reply.value.body }, lines: [`${name} ${reply.value.body.status}`] }) : reply;
  },
});

export const submitCommand = command({
  summary: "ask for the review of a plugin's newest release once more",
  details: [
    "An upload asks by itself. This brings back one that people rejected or that was withdrawn; what a check refused is uploaded anew.",
  ],
  positionals: [PLUGIN],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm submit visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const plugin = await pluginIdOf(marketplace.value, name);
    if (!plugin.ok) return plugin;
    const reply = await ask(marketplace.value, OPS.submitForReview, { params: { id: plugin.value } });
    if (!reply.ok) return reply;
    const { releaseId, version, status } = reply.value.body;
    return ok({ data: { ...reply.value.body }, lines: [`${name} ${version}: release ${releaseId} ${status}`] });
  },
});
