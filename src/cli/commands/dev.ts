import path from "node:path";
import { HOOKS, type RunReply } from "../../domain/execution/job.ts";
import { ok } from "../../domain/result.ts";
import type { InstallationFacts } from "../../sdk/testing/host/run-facts.ts";
import { type Answer, command } from "../command.ts";
import { type CliProblem, misuse, type Outcome } from "../problem.ts";
import type { Paint, Voice } from "../voice.ts";
import { buildPlugin } from "../work/build-plugin.ts";
import type { Wanted } from "../work/dev/call-of.ts";
import { startDev } from "../work/dev/dev-session.ts";
import { readFacts } from "../work/dev/read-facts.ts";
import { runOnce } from "../work/dev/run-once.ts";
import { factsFault, type Happening } from "../work/dev/workbench.ts";

const DEFAULT_PORT = 8791;

export const devCommand = command({
  summary: "run a plugin in a real isolate while you write it",
  details: [
    "Builds the plugin, runs it through the marketplace's own sandbox with an emulated Rising-BSM around it, and builds again whenever a file changes. A page on this machine fires sample events, calls routes, runs schedules, shows the plugin's own pages and a live log of everything it did. A plugin that loops costs its process, never the session. Ends with Ctrl-C.",
    "With --once one call is made, its report printed, and that is all: name it with --event, --route, --schedule or --hook.",
    "The plugin reaches the hosts it declares under egress, and no other, unless --offline.",
  ],
  positionals: [{ name: "DIR", summary: "the plugin's folder; the current one if left out", optional: true }],
  flags: {
    port: { value: "PORT", summary: `port of the page, 0 for any; ${DEFAULT_PORT} if left out` },
    settings: { value: "FILE", summary: 'JSON of {"settings": {…}, "secrets": {…}}, as an admin would set them' },
    offline: { summary: "no network, not even to declared hosts" },
    once: { summary: "make one call, print its report and end" },
    event: { value: "EVENT", summary: "with --once: a sample event, request.created for instance" },
    route: { value: "ROUTE", summary: 'with --once: a route, "GET /notes/1" for instance' },
    body: { value: "JSON", summary: "with --route: what is sent" },
    schedule: { value: "ID", summary: "with --once: a schedule" },
    hook: { value: "HOOK", summary: `with --once: ${HOOKS.join(", ")}` },
  },
  examples: ["rbsm dev visit-notes", "rbsm dev --once --event request.created --json"],
  async run({ flags, args, voice }) {
    const folder = path.resolve(args[0] ?? ".");
    const isOnline = flags.offline !== true;
    const facts = await readFacts(flags.settings);
    if (!facts.ok) return facts;
    if (flags.once) {
      const wanted = readWanted(flags);
      return wanted.ok ? callOnce(folder, wanted.value, { isOnline, facts: facts.value }, voice) : wanted;
    }
    const port = Number(flags.port ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      return { ok: false, problem: misuse("option_invalid", "--port is a number, 0 to 65535.") };
    return stay(folder, port, { isOnline, facts: facts.value }, voice);
  },
});

/** What the plugin meets: the network, and what its admin set. */
interface Around {
  readonly isOnline: boolean;
  readonly facts: InstallationFacts;
}

/** Never ends by itself: the interruption is the end, and takes the plugin's process with it. */
async function stay(folder: string, port: number, around: Around, voice: Voice): Promise<Outcome<Answer>> {
  const onHappening = (one: Happening) => {
    for (const line of showHappening(one, voice.paint)) voice.say(line);
  };
  const session = await startDev(folder, { port, ...around, onHappening });
  if (!session.ok) return session;
  const { url } = session.value;
  voice.say(`${voice.paint("bold", url)}  events, routes, schedules, pages and the log`);
  voice.say(`Watching ${folder}; Ctrl-C ends.`);
  return new Promise(() => {});
}

async function callOnce(folder: string, wanted: Wanted, around: Around, voice: Voice): Promise<Outcome<Answer>> {
  const bundle = await buildPlugin(folder);
  if (!bundle.ok) return bundle;
  const fault = factsFault(bundle.value, around.facts);
  if (fault !== null) return { ok: false, problem: misuse("option_invalid", fault) };
  const [ran] = await runOnce(bundle.value, [wanted], around);
  if (!ran) return { ok: false, problem: misuse("event_unknown", "No instance sends an event of this name.") };
  const lines = ran.happenings.flatMap((one) => showHappening(one, voice.paint));
  if (ran.reply.ok) return ok({ data: { ...ran }, lines });
  for (const line of lines) voice.say(line);
  return { ok: false, problem: tellRun(ran.what, ran.reply, { ...ran }) };
}

/** A run that failed, as a refusal. */
export function tellRun(
  what: string,
  reply: RunReply & { readonly ok: false },
  facts: { readonly [name: string]: unknown },
): CliProblem {
  const { code, message } = reply.error;
  return {
    code,
    kind: "bundle",
    message: `${what} ended as ${code}${message === undefined ? "" : `: ${message}`}.`,
    next: "Correct the plugin and run it again.",
    facts,
  };
}

function readWanted(flags: {
  readonly event?: string;
  readonly route?: string;
  readonly body?: string;
  readonly schedule?: string;
  readonly hook?: string;
}): Outcome<Wanted> {
  const given = [flags.event, flags.route, flags.schedule, flags.hook].filter((one) => one !== undefined);
  if (given.length !== 1)
    return {
      ok: false,
      problem: misuse("option_missing", "--once needs one of --event, --route, --schedule, --hook."),
    };
  if (flags.event !== undefined) return ok({ kind: "event", name: flags.event });
  if (flags.schedule !== undefined) return ok({ kind: "schedule", id: flags.schedule });
  if (flags.hook !== undefined) {
    const hook = HOOKS.find((one) => one === flags.hook);
    return hook
      ? ok({ kind: "lifecycle", hook })
      : { ok: false, problem: misuse("option_invalid", `--hook is one of ${HOOKS.join(", ")}.`) };
  }
  const [, method, at] = /^([A-Za-z]+) (\/\S*)$/.exec(flags.route ?? "") ?? [];
  if (method === undefined || at === undefined)
    return { ok: false, problem: misuse("option_invalid", '--route is a method and a path: "GET /notes/1".') };
  try {
    return ok({ kind: "route", method, path: at, body: JSON.parse(flags.body ?? "null") });
  } catch {
    return { ok: false, problem: misuse("option_invalid", "--body is JSON.") };
  }
}

/** One happening for a person; what a run logged stands before how it ended. */
export function showHappening(one: Happening, paint: Paint): readonly string[] {
  switch (one.kind) {
    case "build":
      return [one.ok ? paint("green", one.message) : `${paint("red", "✗")} ${one.message}`];
    case "network":
      return [`  ${one.method} ${one.url} → ${one.status}`];
    case "call": {
      const end = one.reply.ok ? JSON.stringify(one.reply.value) : paint("red", one.reply.error.message);
      return [`  ${one.method} ${JSON.stringify(one.args)} → ${end}`];
    }
    case "run": {
      const logs = (one.reply.report?.logs ?? []).map(({ level, text }) => `  ${paint("dim", level)} ${text}`);
      const end = one.reply.ok
        ? `${paint("green", "ok")} ${JSON.stringify(one.reply.value)}`
        : `${paint("red", one.reply.error.code)} ${one.reply.error.message ?? ""}`;
      return [...logs, `${one.what} ${end} ${paint("dim", `(${one.ms} ms)`)}`];
    }
  }
}
