import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { type DataFolder, LaunchError, type Secrets, writePrivate } from "./data-folder.ts";
import type { EmulatorServer } from "./emulator-server.ts";
import { ROOT } from "./root.ts";

/** What `demo.json` holds. */
export interface Demo {
  readonly baseUrl: string;
  /** `link` signs that account in once; made anew at every start. */
  readonly operator: { readonly token: string; readonly link: string };
  readonly publisher: {
    readonly handle: string;
    readonly token: string;
    readonly keyFile: string;
    readonly link: string;
  };
  readonly admin: { readonly token: string; readonly link: string };
  readonly trustFile: string;
  /** The emulated Rising-BSM that belongs to the publisher's own firm; it may publish for it. */
  readonly instance: DemoInstance;
  readonly licenses: readonly {
    readonly plugin: string;
    readonly pluginId: string;
    readonly version: string;
    readonly key: string;
    readonly tier: string;
    readonly seats: number;
  }[];
}
interface DemoInstance {
  readonly id: string;
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookSecret: string;
}

interface Progress {
  operator?: string;
  publisher?: { token: string; keyNonce: string };
  enrolled?: true;
  admin?: string;
  published?: Record<string, { pluginId: string; version: string }>;
  instance?: DemoInstance;
  licenses?: Demo["licenses"];
}

interface Setting {
  readonly origin: string;
  readonly data: DataFolder;
  readonly emulator: EmulatorServer;
  readonly secrets: Secrets;
  readonly say: (line: string) => void;
}

const HANDLE = "alpenware";
const EXAMPLES = path.join(ROOT, "src/examples");

/** Makes the demo by the calls anybody would make. Every step is kept, so that an interrupted start goes on where it was. */
export async function seedDemo(setting: Setting): Promise<Demo> {
  const { origin, data, emulator } = setting;
  await keepTrustList(setting);
  const kept = await readJson<Demo>(data.demoFile);
  if (kept) return await reuse(setting, kept);

  const progress = (await readJson<Progress>(data.demoProgressFile)) ?? {};
  const step = async <K extends keyof Progress>(key: K, work: () => Promise<NonNullable<Progress[K]>>) => {
    const done = progress[key] ?? (await work());
    progress[key] = done as Progress[K];
    await writePrivate(data.demoProgressFile, progress);
    return done as NonNullable<Progress[K]>;
  };
  setting.say("Making the demo: accounts, keys, plugins, an instance, licenses …");

  const operator = await step("operator", async () => {
    // A start without the demo made one before.
    const before = await readJson<{ token: string }>(path.join(data.root, "operator.json"));
    if (before) return before.token;
    const { token } = await call(origin, "POST", "/v1/setup", setting.secrets.SETUP_SECRET, { name: "Operator" });
    return token as string;
  });
  const publisher = await step("publisher", async () => {
    const { token, keyNonce } = await call(origin, "POST", "/v1/desk/accounts", operator, {
      name: "Anna Berger",
      email: "anna@alpenware.example",
      publisher: { handle: HANDLE, displayName: "Alpenware" },
    });
    return { token: token as string, keyNonce: keyNonce as string };
  });
  const admin = await step("admin", async () => {
    const { token } = await call(origin, "POST", "/v1/desk/accounts", operator, {
      name: "Max Huber",
      email: "max@huber-reinigung.example",
    });
    return token as string;
  });
  const keyFile = path.join(data.keys, `${HANDLE}.pem`);
  await step("enrolled", async () => {
    await rbsm(setting, publisher.token, ["keys", "create", "--key", keyFile]);
    await rbsm(setting, publisher.token, ["keys", "enroll", HANDLE, "--key", keyFile, "--nonce", publisher.keyNonce]);
    return true;
  });
  const published = progress.published ?? {};
  for (const plugin of examples()) {
    published[plugin] ??= await publishExample(setting, plugin, publisher.token, operator, keyFile);
    await step("published", async () => published);
    progress.published = published;
  }
  const instance = await step("instance", async () => {
    const made = await call(origin, "POST", "/v1/instances/register", publisher.token, {
      name: "Alpenware Office",
      url: emulator.origin,
      appVersion: "0.1.0",
      webhookUrl: `${emulator.origin}/api/webhooks/marketplace`,
      apiUrl: `${emulator.origin}/api`,
      hostApiKey: emulator.apiKey,
      publisher: HANDLE,
    });
    return {
      id: made.instanceId as string,
      url: emulator.origin,
      apiKey: made.apiKey as string,
      apiSecret: made.apiSecret as string,
      webhookSecret: made.webhookSecret as string,
    };
  });
  emulator.emulator.configureMarketplace({ webhookSecret: instance.webhookSecret });
  const licenses = await step("licenses", () => issueLicenses(origin, publisher.token, instance.id, published));
  const link = (token: string) => signInLink(origin, operator, token);
  const demo: Demo = {
    baseUrl: origin,
    operator: { token: operator, link: await link(operator) },
    publisher: { handle: HANDLE, token: publisher.token, keyFile, link: await link(publisher.token) },
    admin: { token: admin, link: await link(admin) },
    trustFile: data.trustFile,
    instance,
    licenses,
  };
  await writePrivate(data.demoProgressFile, demo);
  await rename(data.demoProgressFile, data.demoFile);
  return demo;
}

/** The port of the marketplace or of the emulator may have moved since the last start. */
async function reuse(setting: Setting, kept: Demo): Promise<Demo> {
  const { origin, data, emulator } = setting;
  const { operator, publisher, admin } = kept;
  const link = (token: string) => signInLink(origin, operator.token, token);
  const demo = {
    ...kept,
    baseUrl: origin,
    operator: { ...operator, link: await link(operator.token) },
    publisher: { ...publisher, link: await link(publisher.token) },
    admin: { ...admin, link: await link(admin.token) },
    instance: { ...kept.instance, url: emulator.origin },
  };
  emulator.emulator.configureMarketplace({ webhookSecret: demo.instance.webhookSecret });
  if (kept.instance.url !== emulator.origin) {
    await call(origin, "PATCH", `/v1/instances/${demo.instance.id}`, demo.publisher.token, {
      url: emulator.origin,
      webhookUrl: `${emulator.origin}/api/webhooks/marketplace`,
      apiUrl: `${emulator.origin}/api`,
    });
  }
  await writePrivate(data.demoFile, demo);
  return demo;
}

/** What the owner of that token opens once, to make a passkey and use the consoles. */
async function signInLink(origin: string, operator: string, token: string): Promise<string> {
  const { account } = (await call(origin, "GET", "/v1/whoami", token)) as { account: { id: string } };
  return (await call(origin, "POST", `/v1/desk/accounts/${account.id}/links`, operator)).url as string;
}

export function examples(): string[] {
  return readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** `rbsm publish`, the checks, then the desk, as for anybody's plugin. */
async function publishExample(
  setting: Setting,
  plugin: string,
  token: string,
  operator: string,
  keyFile: string,
): Promise<{ pluginId: string; version: string }> {
  setting.say(`  publishing ${plugin}`);
  const answer = await rbsm(setting, token, [
    "publish",
    path.join(EXAMPLES, plugin),
    "--key",
    keyFile,
    "--yes",
    "--json",
  ]);
  const { releaseId } = JSON.parse(answer) as { releaseId: string };
  const until = Date.now() + 60_000;
  let release = await call(setting.origin, "GET", `/v1/releases/${releaseId}?wait=10`, operator);
  while (release.state === "staged" || release.state === "scanning") {
    if (Date.now() > until) throw new LaunchError(`The checks of ${plugin} did not end within a minute.`);
    release = await call(setting.origin, "GET", `/v1/releases/${releaseId}?wait=10`, operator);
  }
  if (release.state === "review") {
    await call(setting.origin, "POST", `/v1/desk/releases/${releaseId}/decision`, operator, {
      decision: "approve",
      reason: "Example plugin of the marketplace",
      sha256: release.sha256,
    });
  } else if (release.state !== "published") {
    throw new LaunchError(`${plugin} was ${release.state}: ${JSON.stringify(release.findings)}`);
  }
  return { pluginId: release.pluginId as string, version: release.version as string };
}

/** A paid `basic` license (three seats) for every example that sells one, else a free one by nobody: it needs none. */
async function issueLicenses(
  origin: string,
  token: string,
  instanceId: string,
  published: Record<string, { pluginId: string; version: string }>,
): Promise<Demo["licenses"]> {
  const licenses: Demo["licenses"][number][] = [];
  for (const [plugin, { pluginId, version }] of Object.entries(published)) {
    const { pricing } = await call(origin, "GET", `/v1/plugins/${pluginId}`, token);
    if ((pricing as Record<string, number>).basic === undefined) continue;
    const license = await call(origin, "POST", "/v1/licenses", token, {
      instanceId,
      pluginId,
      userId: "1",
      type: "basic",
    });
    licenses.push({
      plugin,
      pluginId,
      version,
      key: license.licenseKey as string,
      tier: "basic",
      seats: license.maxInstalls as number,
    });
  }
  if (!licenses.some((license) => license.seats === 3))
    throw new LaunchError("No example sells a license of three seats.");
  return licenses;
}

async function keepTrustList(setting: Setting): Promise<void> {
  const list = await call(setting.origin, "GET", "/.well-known/rbsm-trust.json");
  await writeFile(setting.data.trustFile, `${JSON.stringify(list, null, 2)}\n`);
}

/** The CLI, as a person would call it. Answers what it printed. */
function rbsm(setting: Setting, token: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(ROOT, "src/cli/bin.mjs"), ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        XDG_CONFIG_HOME: setting.data.config,
        RBSM_MARKETPLACE: setting.origin,
        RBSM_TOKEN: token,
        NO_COLOR: "1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (part) => {
      stdout += part;
    });
    child.stderr.on("data", (part) => {
      stderr += part;
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve(stdout)
        : reject(new LaunchError(`rbsm ${args.slice(0, 2).join(" ")} ended with ${code}:\n${stdout}${stderr}`)),
    );
  });
}

/** One JSON call; anything but 2xx ends the start with the server's own sentence. */
async function call(
  origin: string,
  method: string,
  target: string,
  token?: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${origin}${target}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new LaunchError(`${method} ${target} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function readJson<T>(file: string): Promise<T | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as T);
}

/** What a person wants to see after the start. */
export function describeDemo(demo: Demo, data: DataFolder): string {
  return `
  pages      ${demo.baseUrl}/plugins
  API        ${demo.baseUrl}/v1/openapi.json
  operator   ${demo.operator.token}
  publisher  ${demo.publisher.token}   (${demo.publisher.handle}, key ${demo.publisher.keyFile})
  admin      ${demo.admin.token}
  Sign in once by a link and make a passkey; every start prints new ones:
  operator   ${demo.operator.link}
  publisher  ${demo.publisher.link}
  admin      ${demo.admin.link}
  instance   ${demo.instance.id} at ${demo.instance.url}
             key ${demo.instance.apiKey}
             secret ${demo.instance.apiSecret}
${demo.licenses.map((license) => `  license    ${license.key}   (${license.plugin}, ${license.tier}, ${license.seats} seats)`).join("\n")}
  all of it  ${data.demoFile}`;
}
