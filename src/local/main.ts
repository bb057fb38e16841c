import { parseArgs } from "node:util";
import { LaunchError } from "./data-folder.ts";

const HELP = `npm start -- [options]

  --port N      port of the marketplace (default 8787)
  --data DIR    where everything is kept (default .local)
  --fresh       begin with empty data
  --no-demo     no example plugins, accounts or licenses
  --help        this text`;

async function main(): Promise<number> {
  const options = parseOptions();
  if (typeof options === "string") {
    console.error(options);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const [{ launch }, { describeDemo }] = await Promise.all([import("./launch.ts"), import("./demo.ts")]);
  const launched = await launch({ ...options, say: (line) => console.log(line) });
  console.log(`\nThe Rising-BSM Marketplace runs on ${launched.url}`);
  if (launched.demo) console.log(describeDemo(launched.demo, launched.data));
  if (launched.setupLink) console.log(`\n  The operator opens this once, to make a passkey:\n  ${launched.setupLink}`);
  console.log("\nCtrl-C ends everything.");
  const isAsked = new Promise<true>((resolve) => {
    // Listening goes on: a terminal's Ctrl-C comes twice, once forwarded by start.mjs, and must not cut the ending short.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(true));
  });
  const wasAsked = await Promise.race([isAsked, launched.ended.then(() => false)]);
  if (!wasAsked) console.error(`The marketplace ended unexpectedly: see ${launched.data.logs}/marketplace.log.`);
  await launched.stop();
  return wasAsked ? 0 : 1;
}

interface Options {
  readonly port: number;
  readonly data: string;
  readonly fresh: boolean;
  readonly demo: boolean;
  readonly help: boolean;
}

function parseOptions(): Options | string {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: process.env.PORT ?? "8787" },
        data: { type: "string", default: ".local" },
        fresh: { type: "boolean", default: false },
        demo: { type: "boolean", default: true },
        help: { type: "boolean", short: "h", default: false },
      },
      allowNegative: true,
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      return `--port must be a number from 1 to 65535.\n\n${HELP}`;
    return { ...values, port };
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n\n${HELP}`;
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof LaunchError ? error.message : error);
  return 1;
});
// A pending keep-alive socket must not hold the terminal after Ctrl-C.
process.exit();
