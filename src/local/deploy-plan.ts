/** What a deployment needs to know; everything else is in the two wrangler.toml. */
export interface DeploySettings {
  /** `https://market.example.com`. */
  readonly origin: string;
  /** Where plugins' views are served: another host name. */
  readonly assetsOrigin: string;
  readonly databases: readonly { readonly binding: string; readonly name: string }[];
  readonly bucket: string;
  readonly queues: readonly string[];
  /** Names of secrets that the Worker must have, and whether we make them. */
  readonly secrets: readonly string[];
}

export interface Step {
  /** For people, in the imperative. */
  readonly title: string;
  /** Arguments of `wrangler`. */
  readonly args: readonly string[];
  /** Its answer may say that the thing is there already, which is as good. */
  readonly mayExist?: true;
  /** What it reads from stdin: secrets never stand in arguments. */
  readonly stdin?: "secrets";
}

const MAIN = "wrangler.deploy.toml";
const SANDBOX = "src/sandbox/wrangler.toml";
const TAIL = "src/tail/wrangler.toml";

/** First what Workers are bound to, then the Workers from the bottom up, then secrets and the domain they answer on. */
export function planDeployment(settings: DeploySettings): readonly Step[] {
  const { databases, bucket, queues } = settings;
  return [
    { title: "Look who is logged in", args: ["whoami"] },
    ...databases.map(
      ({ name }): Step => ({ title: `Create the database ${name}`, args: ["d1", "create", name], mayExist: true }),
    ),
    { title: `Create the bucket ${bucket}`, args: ["r2", "bucket", "create", bucket], mayExist: true },
    ...queues.map(
      (queue): Step => ({ title: `Create the queue ${queue}`, args: ["queues", "create", queue], mayExist: true }),
    ),
    ...databases.map(
      ({ binding, name }): Step => ({
        title: `Apply the migrations of ${name}`,
        args: ["d1", "migrations", "apply", binding, "--remote", "-c", MAIN],
      }),
    ),
    { title: "Deploy the tail Worker", args: ["deploy", "-c", TAIL] },
    { title: "Deploy the sandbox", args: ["deploy", "-c", SANDBOX] },
    { title: "Deploy the marketplace", args: ["deploy", "-c", MAIN] },
    { title: "Hand over the secrets", args: ["secret", "bulk", "-c", MAIN], stdin: "secrets" },
  ];
}

/** The same without an account: each Worker is built and checked, nothing is created. */
export function dryRunOf(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => (step.args[0] === "deploy" ? [{ ...step, args: [...step.args, "--dry-run"] }] : []));
}

/** wrangler says it in several ways, by resource. */
export function saysItExists(output: string): boolean {
  return /already exists|already taken|code: (?:7502|10004|11009)|duplicate/i.test(output);
}

/**
 * The marketplace's wrangler.toml for this account: its own ids, origins and routes in the place of those of this machine.
 * `ids`: database name → id.
 */
export function renderConfig(toml: string, settings: DeploySettings, ids: ReadonlyMap<string, string>): string {
  let text = toml;
  const replace = (pattern: RegExp, by: string): void => {
    if (!pattern.test(text)) throw new Error(`wrangler.toml has no ${pattern.source}`);
    text = text.replace(pattern, by);
  };
  replace(/^PUBLIC_ORIGIN = .*$/m, `PUBLIC_ORIGIN = ${JSON.stringify(settings.origin)}`);
  replace(/^ASSETS_ORIGIN = .*$/m, `ASSETS_ORIGIN = ${JSON.stringify(settings.assetsOrigin)}`);
  replace(/^REQUEST_LOG = .*$/m, 'REQUEST_LOG = "on"');
  for (const [name, id] of ids)
    replace(new RegExp(`(database_name = "${name}"\\s*\\ndatabase_id = )"[^"]*"`), `$1${JSON.stringify(id)}`);
  const hosts = [settings.origin, settings.assetsOrigin].map((origin) => new URL(origin).hostname);
  const routes = `routes = [${hosts.map((host) => `{ pattern = ${JSON.stringify(host)}, custom_domain = true }`).join(", ")}]`;
  return text.replace(
    /^main = .*$/m,
    (line) => `${line}\nworkers_dev = false\n${routes}\ntail_consumers = [{ service = "marketplace-tail" }]`,
  );
}
