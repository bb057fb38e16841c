import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { LIST_OPERATIONS } from "../../contract/license/list-operations.ts";
import { OPERATIONS_OPERATIONS } from "../../contract/operations/operations.ts";
import { SERVICE_OPERATIONS } from "../../contract/service/operations.ts";
import { ask } from "./ask.ts";
import { configFolder, type Env, readConfig, TRUST_LIST } from "./config.ts";
import { keysFolder, listKeys } from "./key-store.ts";
import { chooseMarketplace, type Marketplace } from "./marketplace.ts";
import { findSdk } from "./sdk.ts";
import { fetchIdentity, isSameTrust } from "./session.ts";
import { findVitestFolder } from "./test/run-tests.ts";

/** One line of the examination; `next` says what to do about it, empty when it is ok. */
export interface Diagnosis {
  readonly check: string;
  readonly result: "ok" | "warn" | "fail";
  readonly message: string;
  readonly next: string;
}
export interface Examination {
  readonly env: Env;
  readonly origin?: string | undefined;
  /** `22.18.0`. */
  readonly nodeVersion: string;
  readonly now: () => number;
  /** Looks into the marketplace, too: for whoever runs it. */
  readonly isOperator?: boolean;
}

const SKEW_WARN_MS = 30_000;
const SKEW_FAIL_MS = 300_000;

/** Looks at everything a publisher depends on, here and at the marketplace. Nothing is changed, no secret is printed. */
export async function examine(examination: Examination): Promise<readonly Diagnosis[]> {
  const { env } = examination;
  const local = [
    node(examination.nodeVersion),
    sdk(),
    vitest(),
    ...(await modes(env)),
    await config(env),
    ...(await keys(env)),
  ];
  const marketplace = await chooseMarketplace({ env, origin: examination.origin });
  if (!marketplace.ok)
    return [...local, warn("marketplace", "no marketplace is chosen", "Log in, or set RBSM_MARKETPLACE.")];
  const beyond = await remote(marketplace.value, examination.now);
  return [...local, ...beyond, ...(examination.isOperator ? await parts(marketplace.value) : [])];
}

function node(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18)
    ? fine("node", `Node ${version}`)
    : fail("node", `Node ${version} is too old`, "Install Node 22.18 or newer.");
}

function sdk(): Diagnosis {
  return fine("sdk", `SDK ${findSdk().version} at ${findSdk().folder}`);
}

function vitest(): Diagnosis {
  return findVitestFolder(import.meta.filename) === null
    ? warn("vitest", "vitest does not come with this rbsm", "Install vitest in the project for rbsm test.")
    : fine("vitest", "vitest is there for rbsm test");
}

/** Who else may read what only its owner should. */
async function modes(env: Env): Promise<readonly Diagnosis[]> {
  if (process.platform === "win32") return [];
  const folder = configFolder(env);
  const secrets = (await readdir(keysFolder(env)).catch(() => [])).map((name) => path.join(keysFolder(env), name));
  const found: Diagnosis[] = [];
  for (const [file, wanted] of [
    [folder, 0o700],
    [path.join(folder, "config.json"), 0o600],
    [keysFolder(env), 0o700],
    ...secrets.map((secret) => [secret, 0o600] as const),
  ] as const) {
    const mode = (await stat(file).catch(() => null))?.mode;
    if (mode === undefined || (mode & 0o077) === 0) continue;
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    const next = `Run chmod ${wanted.toString(8)} ${file}; if others use this machine, make new keys and tokens.`;
    found.push(fail("modes", `${file} can be read by others (mode ${octal})`, next));
  }
  return found.length > 0 ? found : [fine("modes", "only you can read your keys and tokens")];
}

async function config(env: Env): Promise<Diagnosis> {
  const read = await readConfig(env);
  if (!read.ok) return fail("config", read.problem.message, read.problem.next);
  const count = Object.keys(read.value.marketplaces).length;
  return fine("config", `${configFolder(env)}, ${count} ${count === 1 ? "marketplace" : "marketplaces"}`);
}

async function keys(env: Env): Promise<readonly Diagnosis[]> {
  const all = await listKeys(env);
  if (all.length === 0) return [warn("keys", "you have no signing key", "Run rbsm keys create before you publish.")];
  return all.map(({ name, key }) =>
    key.ok
      ? fine("keys", `${name} ${key.value.keyId.slice(0, 16)}`)
      : fail("keys", key.problem.message, key.problem.next),
  );
}

async function remote(marketplace: Marketplace, now: () => number): Promise<readonly Diagnosis[]> {
  const health = await ask(marketplace, SERVICE_OPERATIONS.health);
  if (!health.ok) return [fail("reachable", health.problem.message, health.problem.next)];
  return [
    fine("reachable", `${marketplace.origin} answers`),
    await clock(marketplace, now),
    await pinned(marketplace),
    await token(marketplace),
  ];
}

const RESULT = { ok: "ok", off: "warn", degraded: "warn", down: "fail" } as const;

/** What the marketplace says of each of its parts, and whether people can tell it of weaknesses. */
async function parts(marketplace: Marketplace): Promise<readonly Diagnosis[]> {
  const reply = await ask(marketplace, OPERATIONS_OPERATIONS.showStatus);
  if (!reply.ok) return [fail("status", reply.problem.message, reply.problem.next)];
  const contact = await fetch(`${marketplace.origin}/.well-known/security.txt`).then(
    (answer) => answer.ok,
    () => false,
  );
  return [
    ...reply.value.body.parts.map(({ part, state, detail }): Diagnosis => {
      const result = RESULT[state];
      const next = result === "ok" ? "" : "See the guide “Run a marketplace” and the logs of the Worker.";
      return { check: part, result, message: detail, next };
    }),
    contact ? fine("contact", "security.txt is there") : warn("contact", "no security.txt", "Deploy this version."),
  ];
}

/** Whole seconds come back; half the round trip is taken for the way. */
async function clock(marketplace: Marketplace, now: () => number): Promise<Diagnosis> {
  const asked = now();
  const reply = await ask(marketplace, LIST_OPERATIONS.showTime);
  const date = Date.parse(reply.ok ? reply.value.body.now : "");
  if (Number.isNaN(date)) return warn("clock", "the marketplace does not say what time it is", "Compare by hand.");
  const skew = Math.max(0, Math.abs((asked + now()) / 2 - date - 500) - 500);
  const seconds = Math.round(skew / 1000);
  const next = "Set this machine's clock by NTP: signatures and tokens carry times.";
  if (skew > SKEW_FAIL_MS) return fail("clock", `this clock is off by ${seconds} seconds`, next);
  if (skew > SKEW_WARN_MS) return warn("clock", `this clock is off by ${seconds} seconds`, next);
  return fine("clock", "the clocks agree");
}

async function pinned(marketplace: Marketplace): Promise<Diagnosis> {
  if (!marketplace.trust) return warn("pinned", "no keys of the marketplace are pinned", "Log in once.");
  const reply = await ask(marketplace, ACCOUNT_OPERATIONS.trustList);
  const offered = reply.ok ? TRUST_LIST.safeParse(reply.value.body) : null;
  if (!offered?.success) return warn("pinned", "the key list could not be read", "Try again later.");
  return isSameTrust(marketplace.trust, offered.data)
    ? fine("pinned", "the pinned keys are the marketplace's")
    : fail(
        "pinned",
        "the marketplace names other keys than the pinned ones",
        "Compare the key ids with what it announced; if they are right, log in with --accept-new-keys.",
      );
}

async function token(marketplace: Marketplace): Promise<Diagnosis> {
  if (!marketplace.token) return warn("token", "no token", "Run rbsm login.");
  const identity = await fetchIdentity(marketplace);
  if (!identity.ok) return fail("token", identity.problem.message, identity.problem.next);
  return fine("token", identity.value.kind === "instance" ? "an instance's" : `of ${identity.value.account.name}`);
}

function fine(check: string, message: string): Diagnosis {
  return { check, result: "ok", message, next: "" };
}
function warn(check: string, message: string, next: string): Diagnosis {
  return { check, result: "warn", message, next };
}
function fail(check: string, message: string, next: string): Diagnosis {
  return { check, result: "fail", message, next };
}
