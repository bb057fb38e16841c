import type { PluginContext } from "@rising-bsm/plugin-sdk";

export interface Preferences {
  /** Signs the reminder texts. */
  readonly company: string;
  /** Alert at once for appointments made for today or tomorrow. */
  readonly shortNotice: boolean;
  /** IANA zone that decides what "tomorrow" is. */
  readonly timeZone: string;
}

const KEY = "preferences";
const DEFAULTS: Preferences = { company: "", shortNotice: true, timeZone: "Europe/Vienna" };

export async function readPreferences(context: PluginContext<"storage.read">): Promise<Preferences> {
  const kept = await context.storage.get(KEY);
  return typeof kept === "object" && kept !== null ? { ...DEFAULTS, ...kept } : DEFAULTS;
}

/** Keeps what the body changes; answers what is wrong with it otherwise. */
export async function changePreferences(
  context: PluginContext<"storage.read" | "storage.write">,
  body: unknown,
): Promise<{ readonly preferences: Preferences } | { readonly problem: string }> {
  if (typeof body !== "object" || body === null) return { problem: "Send an object of preferences." };
  const { company, shortNotice, timeZone } = { ...(await readPreferences(context)), ...body } as Record<
    string,
    unknown
  >;
  if (typeof company !== "string" || company.length > 80)
    return { problem: "company is a text of at most 80 letters." };
  if (typeof shortNotice !== "boolean") return { problem: "shortNotice is true or false." };
  if (typeof timeZone !== "string" || !isTimeZone(timeZone)) {
    return { problem: "timeZone is a name such as Europe/Vienna." };
  }
  const preferences = { company, shortNotice, timeZone };
  await context.storage.set(KEY, preferences);
  return { preferences };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
