import { ADVISORY_OPERATIONS } from "../../contract/advisory/operations.ts";
import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import { command, type Group } from "../command.ts";
import { misuse } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

const ID = { name: "ID", summary: "RBSM-2026-7" } as const;

export const advisoryGroup: Group = {
  summary: "flaws of plugins: read them, report one's own",
  commands: {
    list: command({
      summary: "list confirmed advisories, newest first",
      positionals: [{ name: "PLUGIN", summary: "only about this one", optional: true }],
      flags: { marketplace: MARKETPLACE_FLAG },
      examples: ["rbsm advisory list visit-notes --json"],
      async run({ flags, args: [plugin] }) {
        const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
        if (!marketplace.ok) return marketplace;
        const query = plugin === undefined ? {} : { plugin };
        const reply = await ask(marketplace.value, ADVISORY_OPERATIONS.listAdvisories, { query });
        if (!reply.ok) return reply;
        const { vulns } = reply.value.body;
        return ok({ data: { advisories: vulns }, lines: vulns.map(({ id, summary }) => `${id}  ${oneLine(summary)}`) });
      },
    }),
    show: command({
      summary: "show one in OSV form",
      positionals: [ID],
      flags: { marketplace: MARKETPLACE_FLAG },
      examples: ["rbsm advisory show RBSM-2026-7 --json"],
      async run({ flags, args: [id = ""] }) {
        const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
        if (!marketplace.ok) return marketplace;
        const reply = await ask(marketplace.value, ADVISORY_OPERATIONS.showAdvisory, { params: { id } });
        if (!reply.ok) return reply;
        const { summary, affected, details = "" } = reply.value.body;
        const versions = affected.flatMap((one) => one.versions).join(", ");
        return ok({
          data: reply.value.body,
          lines: [`${id}  ${oneLine(summary)}`, `hits ${versions}`, String(details)],
        });
      },
    }),
    draft: command({
      summary: "write an advisory about one's own plugin, read by nobody else",
      details: ["rbsm advisory submit hands it to the desk, which confirms it; only then anybody reads it."],
      positionals: [{ name: "PLUGIN", summary: "the plugin" }],
      flags: {
        severity: { value: "VECTOR", summary: "CVSS 3.1 vector of base metrics" },
        affected: { value: "RANGE", summary: "versions that are hit" },
        fixed: { value: "VERSION", summary: "the first version without the flaw" },
        summary: { value: "TEXT", summary: "one line" },
        details: { value: "TEXT", summary: "what happens, and what to do" },
        marketplace: MARKETPLACE_FLAG,
      },
      examples: [
        'rbsm advisory draft visit-notes --severity CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N --affected "<1.4.1" --fixed 1.4.1 --summary "Strangers read notes"',
      ],
      async run({ flags, args: [name = ""] }) {
        const { severity, affected, fixed, summary, details } = flags;
        if (severity === undefined || affected === undefined || summary === undefined)
          return {
            ok: false,
            problem: misuse("option_missing", "rbsm advisory draft needs --severity, --affected and --summary."),
          };
        const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
        if (!marketplace.ok) return marketplace;
        const token = requireToken(marketplace.value);
        if (!token.ok) return token;
        const plugin = await ask(marketplace.value, CATALOGUE_OPERATIONS.getPluginByName, {
          params: { name },
          isIdentified: true,
        });
        if (!plugin.ok) return plugin;
        const reply = await ask(marketplace.value, ADVISORY_OPERATIONS.draftAdvisory, {
          params: { id: plugin.value.body.id },
          json: {
            severity,
            affected,
            summary,
            ...(fixed === undefined ? {} : { fixed }),
            ...(details === undefined ? {} : { details }),
          },
        });
        if (!reply.ok) return reply;
        const { id, versions } = reply.value.body;
        return ok({
          data: { ...reply.value.body },
          lines: [`${id} draft, hits ${versions.join(", ") || "no published version"}`],
        });
      },
    }),
    submit: command({
      summary: "hand a draft to the desk",
      positionals: [ID],
      flags: { retract: { summary: "take it back instead" }, marketplace: MARKETPLACE_FLAG },
      examples: ["rbsm advisory submit RBSM-2026-7"],
      async run({ flags, args: [id = ""] }) {
        const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
        if (!marketplace.ok) return marketplace;
        const token = requireToken(marketplace.value);
        if (!token.ok) return token;
        const json = flags.retract === true ? { retract: true } : {};
        const reply = await ask(marketplace.value, ADVISORY_OPERATIONS.submitAdvisory, { params: { id }, json });
        if (!reply.ok) return reply;
        return ok({ data: { ...reply.value.body }, lines: [`${id} ${reply.value.body.state}`] });
      },
    }),
  },
};
