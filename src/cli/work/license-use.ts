import { readFile } from "node:fs/promises";
import * as z from "zod";
import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import { authorizationOf } from "../../sdk/credentials.ts";
import { type CliProblem, misuse, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { Env } from "./config.ts";
import { downloadBytes } from "./download-bundle.ts";
import type { Marketplace } from "./marketplace.ts";
import { readJsonFile } from "./project-files.ts";

/** What obtains sold plugins: the instance a license was made out to, and the license's key. */
export interface LicenseUse {
  readonly instance: { readonly apiKey: string; readonly apiSecret: string };
  /** The key of a license, by plugin; null: no license was handed over for it. */
  keyFor(plugin: string): string | null;
  /** Of a license that is bound to a device. */
  readonly hardwareId: string;
}

export interface LicenseFlags {
  readonly "license-file"?: string;
  readonly "instance-file"?: string;
  readonly "hardware-id"?: string;
}

const INSTANCE = z.object({ apiKey: z.string().min(1).max(200), apiSecret: z.string().min(1).max(200) });
/** What the marketplace takes from hosts that do not know their hardware: fine for licenses bound to none. */
const UNKNOWN_HARDWARE = "unknown";

/**
 * From the files that were named, else from RBSM_LICENSE, RBSM_API_KEY and RBSM_API_SECRET; null where nothing is named.
 * Neither key nor secret is an option of its own: options stay in the history of a shell.
 */
export async function readLicenseUse(env: Env, flags: LicenseFlags): Promise<Outcome<LicenseUse | null>> {
  const licenseFile = flags["license-file"];
  const text = licenseFile === undefined ? env.RBSM_LICENSE : await readFile(licenseFile, "utf8");
  const instance = await readInstance(env, flags["instance-file"]);
  if (!instance.ok) return instance;
  if (!text && instance.value === null && flags["hardware-id"] === undefined) return ok(null);
  if (!text || instance.value === null)
    return {
      ok: false,
      problem: misuse(
        "option_missing",
        `A sold plugin needs its license and the instance it was made out to: ${text ? "the instance" : "the license"} is missing.`,
        text
          ? "Pass --instance-file FILE with {apiKey, apiSecret}, or set RBSM_API_KEY and RBSM_API_SECRET."
          : "Pass --license-file FILE, or set RBSM_LICENSE.",
      ),
    };
  const keys = parseLicenses(text);
  if (keys === null)
    return { ok: false, problem: misuse("license_malformed", "A license file holds one key, or lines of PLUGIN KEY.") };
  const own = instance.value;
  return ok({
    instance: own,
    keyFor: (plugin) => keys.get(plugin) ?? keys.get("*") ?? null,
    hardwareId: flags["hardware-id"] ?? UNKNOWN_HARDWARE,
  });
}

async function readInstance(env: Env, file: string | undefined): Promise<Outcome<LicenseUse["instance"] | null>> {
  if (file === undefined && !env.RBSM_API_KEY && !env.RBSM_API_SECRET) return ok(null);
  const given =
    file === undefined ? { apiKey: env.RBSM_API_KEY, apiSecret: env.RBSM_API_SECRET } : await readJsonFile(file);
  const read = INSTANCE.safeParse(given);
  if (read.success) return ok(read.data);
  const what = file ?? "RBSM_API_KEY and RBSM_API_SECRET";
  return { ok: false, problem: misuse("instance_malformed", `${what} must give {apiKey, apiSecret} of an instance.`) };
}

/** One key alone stands for every plugin (`*`). */
function parseLicenses(text: string): ReadonlyMap<string, string> | null {
  const lines = text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first !== "" && !first?.startsWith("#"));
  const [only, ...others] = lines;
  if (only?.length === 1 && others.length === 0) return new Map([["*", only[0] as string]]);
  if (only === undefined || lines.some(({ length }) => length !== 2)) return null;
  return new Map(lines as [string, string][]);
}

/** The plain bytes of a sold release, by a token that serves once (endpoints 9 and 10). What came is not judged here. */
export async function downloadLicensed(
  marketplace: Marketplace,
  use: LicenseUse,
  wanted: { readonly pluginId: string; readonly name: string; readonly version: string; readonly size: number },
  onProgress?: (received: number, total: number) => void,
): Promise<Outcome<Uint8Array>> {
  const { pluginId, name, version, size } = wanted;
  const licenseKey = use.keyFor(name);
  if (licenseKey === null) return { ok: false, problem: tellLicense(name, version) };
  const bearer = await authorizationOf(use.instance, Date.now());
  const asInstance = { ...marketplace, token: bearer.slice("Bearer ".length) };
  const ticket = await ask(asInstance, CATALOGUE_OPERATIONS.requestDownload, {
    params: { id: pluginId },
    json: { licenseKey, hardwareId: use.hardwareId, version },
  });
  if (!ticket.ok) return ticket;
  return downloadBytes(marketplace, `/v1/download/${encodeURIComponent(ticket.value.body.token)}`, size, onProgress);
}

/** What to do where a plugin is sold and no license was handed over. */
export function tellLicense(name: string, version: string): CliProblem {
  return {
    code: "license_required",
    kind: "license",
    message: `${name} ${version} is sold: its bundle is handed to instances that hold a license.`,
    next: "Pass --license-file FILE with its key and --instance-file FILE with {apiKey, apiSecret}, or install it in your Rising-BSM.",
  };
}
