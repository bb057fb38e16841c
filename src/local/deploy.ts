import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { unstable_readConfig } from "wrangler";
import { buildAll } from "./build.ts";
import { LaunchError, newSigningKey, writePrivate } from "./data-folder.ts";
import { type DeploySettings, dryRunOf, planDeployment, renderConfig, type Step, saysItExists } from "./deploy-plan.ts";
import { ROOT } from "./root.ts";

const HELP = `npm run deploy -- --origin URL --assets-origin URL [options]

  --origin URL          where the marketplace will be, https://market.example.com; its zone is in the account
  --assets-origin URL   where views of plugins will be: another host name
  --secrets FILE        the secrets; made on the first run, readable by you alone (default .deploy/secrets.json)
  --dry-run             print the steps, build and check each Worker, create nothing
  --help                this text

Every step may be run again: what exists already is left as it is.`;

const CONFIG = "wrangler.deploy.toml";

export interface DeployWorld {
  /** Runs `wrangler`; resolves with everything it printed. */
  wrangler(args: readonly string[], stdin?: string): Promise<{ readonly code: number; readonly output: string }>;
  say(line: string): void;
  /** Keeps the configuration of the account beside wrangler.toml; null takes it away. */
  keepConfig(text: string | null): Promise<void>;
}

/** Names of everything that wrangler.toml binds. */
export function readSettings(origin: string, assetsOrigin: string): DeploySettings {
  for (const url of [origin, assetsOrigin])
    if (!URL.canParse(url) || new URL(url).origin !== url || new URL(url).protocol !== "https:")
      throw new LaunchError(`${url} is not an https origin without path, like https://market.example.com.`);
  if (new URL(origin).hostname === new URL(assetsOrigin).hostname)
    throw new LaunchError("Views of plugins need a host name of their own: --assets-origin must be another one.");
  const file = path.join(ROOT, "wrangler.toml");
  const config: BoundThings = unstable_readConfig({ config: file }, { hideWarnings: true });
  return {
    origin,
    assetsOrigin,
    databases: config.d1_databases.map(({ binding, database_name }) => ({ binding, name: database_name ?? binding })),
    bucket: config.r2_buckets[0]?.bucket_name ?? "",
    queues: (config.queues.producers ?? []).map(({ queue }) => queue),
    secrets: config.secrets?.required ?? [],
  };
}

/** What wrangler's reader says of a configuration, as far as deploying goes. */
interface BoundThings {
  readonly d1_databases: readonly { readonly binding: string; readonly database_name?: string }[];
  readonly r2_buckets: readonly { readonly bucket_name?: string }[];
  readonly queues: { readonly producers?: readonly { readonly queue: string }[] };
  readonly secrets?: { readonly required?: readonly string[] };
}

/** Creates, migrates, deploys, in order; stops at the first step that fails and says which. */
export async function deploy(
  world: DeployWorld,
  settings: DeploySettings,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const missing = settings.secrets.filter((name) => !secrets[name]);
  if (missing.length > 0) throw new LaunchError(`The secrets file lacks ${missing.join(", ")}.`);
  const steps = planDeployment(settings);
  const bound = steps.findIndex(({ args }) => args[1] === "migrations");
  for (const [index, step] of steps.entries()) {
    if (index === bound) await writeConfig(world, settings);
    await runStep(world, step, secrets);
  }
  world.say(
    `\nDeployed to ${settings.origin}. Next, once: POST ${settings.origin}/v1/setup with SETUP_SECRET, then\nrbsm doctor --operator --marketplace ${settings.origin}`,
  );
}

async function runStep(world: DeployWorld, step: Step, secrets: Readonly<Record<string, string>>): Promise<void> {
  world.say(`• ${step.title}\n    wrangler ${step.args.join(" ")}`);
  const stdin = step.stdin === "secrets" ? JSON.stringify(secrets) : undefined;
  const { code, output } = await world.wrangler(step.args, stdin);
  if (code === 0) return;
  if (step.mayExist && saysItExists(output)) return world.say("    is there already");
  throw new LaunchError(`${step.title}: wrangler ended with ${code}.\n${output.trim()}`);
}

/** Ids are known once the databases exist. */
async function writeConfig(world: DeployWorld, settings: DeploySettings): Promise<void> {
  const { code, output } = await world.wrangler(["d1", "list", "--json"]);
  if (code !== 0) throw new LaunchError(`The databases could not be listed.\n${output.trim()}`);
  const listed = JSON.parse(output.slice(output.indexOf("["))) as readonly {
    readonly name: string;
    readonly uuid: string;
  }[];
  const ids = new Map(
    settings.databases.map(({ name }) => {
      const found = listed.find((one) => one.name === name);
      if (found === undefined) throw new LaunchError(`The database ${name} is not in this account.`);
      return [name, found.uuid] as const;
    }),
  );
  const toml = await readFile(path.join(ROOT, "wrangler.toml"), "utf8");
  await world.keepConfig(renderConfig(toml, settings, ids));
}

/** Prints every step; builds and checks the Workers with the ids of this machine. */
export async function dryRun(world: DeployWorld, settings: DeploySettings): Promise<void> {
  const steps = planDeployment(settings);
  for (const step of steps) world.say(`• ${step.title}\n    wrangler ${step.args.join(" ")}`);
  const toml = await readFile(path.join(ROOT, "wrangler.toml"), "utf8");
  const config = path.join(ROOT, CONFIG);
  const wasThere = existsSync(config);
  if (!wasThere) await world.keepConfig(renderConfig(toml, settings, new Map()));
  try {
    for (const step of dryRunOf(steps)) await runStep(world, step, {});
  } finally {
    if (!wasThere) await world.keepConfig(null);
  }
}

/** Made once and never again: whoever loses `KEK_V1` or a pepper loses what was sealed or hashed with it. */
export async function openDeploySecrets(file: string): Promise<Readonly<Record<string, string>>> {
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return JSON.parse(kept) as Record<string, string>;
  const secrets = {
    SETUP_SECRET: randomBytes(32).toString("base64url"),
    KEK_V1: randomBytes(32).toString("base64"),
    LICENSE_PEPPER_V1: randomBytes(32).toString("base64"),
    RECEIPT_KEY_PKCS8: newSigningKey(),
    LEASE_KEY_PKCS8: newSigningKey(),
    TUF_REVOCATIONS_PKCS8: newSigningKey(),
    TUF_BINS_PKCS8: newSigningKey(),
    TUF_SNAPSHOT_PKCS8: newSigningKey(),
    TUF_TIMESTAMP_PKCS8: newSigningKey(),
  };
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writePrivate(file, secrets);
  return secrets;
}

function wranglerHere(): DeployWorld["wrangler"] {
  return (args, stdin) =>
    new Promise((resolve, reject) => {
      const child = spawn(path.join(ROOT, "node_modules/.bin/wrangler"), args, {
        cwd: ROOT,
        env: { ...process.env, WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_METRICS: "false" },
        stdio: ["pipe", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += part));
      child.on("error", reject);
      child.on("exit", (code) => resolve({ code: code ?? 1, output }));
      child.stdin.end(stdin ?? "");
    });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      origin: { type: "string" },
      "assets-origin": { type: "string" },
      secrets: { type: "string", default: ".deploy/secrets.json" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { origin, "assets-origin": assetsOrigin } = values;
  if (values.help || origin === undefined || assetsOrigin === undefined) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const settings = readSettings(origin, assetsOrigin);
  const config = path.join(ROOT, CONFIG);
  const world: DeployWorld = {
    wrangler: wranglerHere(),
    say: (line) => console.log(line),
    keepConfig: (text) => (text === null ? rm(config, { force: true }) : writeFile(config, text)),
  };
  await buildAll();
  if (values["dry-run"]) return dryRun(world, settings);
  await deploy(world, settings, await openDeploySecrets(path.resolve(values.secrets)));
}

if (process.argv[1] === import.meta.filename) {
  await main().catch((error: unknown) => {
    console.error(error instanceof LaunchError ? error.message : error);
    process.exitCode = 1;
  });
}
