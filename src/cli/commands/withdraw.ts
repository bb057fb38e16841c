import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const withdrawCommand = command({
  summary: "take a release back while it is in review",
  details: ["Its version number is free again. A published release cannot be withdrawn; see rbsm yank."],
  positionals: [{ name: "RELEASE", summary: "number of the release, as publish printed it" }],
  flags: { reason: { value: "TEXT", summary: "why; the desk reads it" }, marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm withdraw 17"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const token = requireToken(marketplace.value);
    if (!token.ok) return token;
    const json = flags.reason === undefined ? {} : { reason: flags.reason };
    const reply = await ask(marketplace.value, PUBLISH_OPERATIONS.withdrawRelease, { params: { id }, json });
    if (!reply.ok) return reply;
    return ok({ data: { ...reply.value.body }, lines: [`release ${id} ${reply.value.body.state}`] });
  },
});
