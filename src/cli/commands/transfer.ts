import { OWNERSHIP_OPERATIONS } from "../../contract/moderation/ownership-operations.ts";
import { ok } from "../../domain/result.ts";
import { type Answer, command, type Group } from "../command.ts";
import type { Outcome } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { identified, pluginIdOf } from "../work/identified.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const OPS = OWNERSHIP_OPERATIONS;
const TRANSFER = { name: "TRANSFER", summary: "number of the transfer, as list printed it" } as const;

const offer = command({
  summary: "offer a plugin to another publisher",
  details: [
    "An owner offers, with a passkey proof of the last ten minutes in a browser; an owner of the other side accepts.",
  ],
  positionals: [
    { name: "PLUGIN", summary: "name of the plugin" },
    { name: "PUBLISHER", summary: "handle of who shall have it" },
  ],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm transfer offer visit-notes other-house"],
  async run({ flags, args: [name = "", to = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const plugin = await pluginIdOf(marketplace.value, name);
    if (!plugin.ok) return plugin;
    const reply = await ask(marketplace.value, OPS.offerPluginTransfer, { params: { id: plugin.value }, json: { to } });
    return reply.ok ? tell(reply.value.body) : reply;
  },
});

const list = command({
  summary: "list what your publishers give and receive",
  positionals: [],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm transfer list"],
  async run({ flags }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.listPluginTransfers);
    if (!reply.ok) return reply;
    const { transfers } = reply.value.body;
    return ok({ data: { transfers }, lines: transfers.map(lineOf) });
  },
});

const accept = command({
  summary: "accept a plugin that is offered to you",
  details: [
    "Takes a passkey proof of the last ten minutes. Fourteen days later the plugin is yours; until then either side may cancel.",
  ],
  positionals: [TRANSFER],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm transfer accept 4"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.acceptPluginTransfer, { params: { id } });
    return reply.ok ? tell(reply.value.body) : reply;
  },
});

const cancel = command({
  summary: "call a transfer off",
  positionals: [TRANSFER],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm transfer cancel 4"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.cancelPluginTransfer, { params: { id } });
    return reply.ok ? tell(reply.value.body) : reply;
  },
});

export const transferGroup: Group = {
  summary: "hand a plugin over to another publisher",
  commands: { offer, list, accept, cancel },
};

interface Transfer {
  readonly id: string;
  readonly plugin: string;
  readonly from: string;
  readonly to: string;
  readonly state: string;
  readonly holdUntil?: string | undefined;
}

function lineOf({ id, plugin, from, to, state, holdUntil }: Transfer): string {
  return `${id}  ${plugin}  ${from} → ${to}  ${state}${state === "held" && holdUntil ? ` until ${holdUntil.slice(0, 10)}` : ""}`;
}

function tell(transfer: Transfer): Outcome<Answer> {
  return ok({ data: { ...transfer }, lines: [lineOf(transfer)] });
}
