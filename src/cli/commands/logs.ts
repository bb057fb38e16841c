import { RUN_OPERATIONS } from "../../contract/execution/run-operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { writeOut } from "../voice.ts";
import { followLogs, type StreamedRun } from "../work/follow-logs.ts";
import { chooseMarketplace, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const logsCommand = command({
  summary: "show what a plugin did in an installation, and go on showing it",
  details: [
    "An installation's own people see log lines and messages. With --plugin a publisher follows all installations of a plugin and sees how runs ended, without anything a plugin wrote about an instance's data.",
    "With --follow and --json every run is one line of JSON, and the last line is the answer of the command.",
  ],
  positionals: [{ name: "INSTALLATION", summary: "act_… of the installation; not with --plugin", optional: true }],
  flags: {
    follow: { summary: "wait for what comes next, until Ctrl-C" },
    plugin: { value: "ID", summary: "number of a plugin of your own, instead of an installation" },
    limit: { value: "N", summary: "stop after so many runs" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: [
    "rbsm logs act_0123456789ABCDEFGHJK",
    "rbsm logs act_0123456789ABCDEFGHJK --follow",
    "rbsm logs --plugin 42 --follow --json",
  ],
  async run({ flags, args: [installationId] }) {
    if ((installationId === undefined) === (flags.plugin === undefined))
      return { ok: false, problem: misuse("argument_missing", "Name either an installation or --plugin.") };
    const limit = flags.limit === undefined ? Number.POSITIVE_INFINITY : Number(flags.limit);
    if (!(limit >= 1)) return { ok: false, problem: misuse("option_invalid", "--limit is a number from 1.") };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const token = requireToken(marketplace.value);
    if (!token.ok) return token;
    const [operation, params] =
      flags.plugin === undefined
        ? ([RUN_OPERATIONS.tailInstallation, { installationId: installationId ?? "" }] as const)
        : ([RUN_OPERATIONS.tailPlugin, { id: flags.plugin }] as const);
    const isFollowed = flags.follow === true;
    const isJson = process.argv.includes("--json");
    const runs: StreamedRun[] = [];
    const shown = await followLogs(marketplace.value, operation, params, {
      // Without --follow everything that is kept; with it what comes from now on.
      ...(isFollowed ? {} : { after: "0" }),
      isFollowed,
      limit,
      onRun: (run) => {
        if (!isFollowed) runs.push(run);
        else writeOut(isJson ? `${JSON.stringify(run)}\n` : `${linesOf(run).join("\n")}\n`);
      },
    });
    if (!shown.ok) return shown;
    return ok({ data: isFollowed ? { shown: shown.value } : { runs }, lines: runs.flatMap(linesOf) });
  },
});

function linesOf({
  finishedAt,
  action,
  outcome,
  version,
  duration,
  message,
  logs = [],
}: StreamedRun): readonly string[] {
  const time = duration === undefined ? "" : `  ${duration} ms`;
  return [
    `${finishedAt}  ${outcome.padEnd(10)} ${oneLine(action)}  ${oneLine(version)}${time}${message === undefined ? "" : `  ${oneLine(message)}`}`,
    ...logs.map(({ level, text }) => `    ${level.padEnd(5)} ${oneLine(text)}`),
  ];
}
