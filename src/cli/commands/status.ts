import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const statusCommand = command({
  summary: "show where a release stands: state, open gates, findings",
  positionals: [{ name: "RELEASE", summary: "number of the release, as publish printed it" }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm status 17", "rbsm status 17 --json"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const token = requireToken(marketplace.value);
    if (!token.ok) return token;
    const reply = await ask(marketplace.value, PUBLISH_OPERATIONS.getRelease, { params: { id } });
    if (!reply.ok) return reply;
    const release = reply.value.body;
    const { name, version, state, waits, findings, reason, sha256 } = release;
    return ok({
      data: { ...release },
      lines: [
        `${name} ${version}  ${state}`,
        `  sha256 ${sha256}`,
        ...waits.map(({ gate, who, earliest, why }) => {
          const until = earliest === undefined ? "" : `, not before ${earliest}`;
          return `  open gate ${gate}: waits for ${who === "time" ? "its time" : `the ${who}`}${until}${why.length > 0 ? ` – ${oneLine(why.join(" "))}` : ""}`;
        }),
        ...(reason === undefined ? [] : [`  reason: ${oneLine(reason)}`]),
        ...findings.map(({ severity, rule, path, line, message }) => {
          const place = path === undefined ? "" : ` ${path}${line === undefined ? "" : `:${line}`}`;
          return `  ${severity} ${rule}${place}: ${oneLine(message)}`;
        }),
      ],
    });
  },
});
