import type { PluginContext } from "@rising-bsm/plugin-sdk";
import { type Check, type CheckContext, listChecks } from "./check.ts";

const COLUMNS = ["number", "status", "name", "checkedAt"] as const;

/** Every kept proof as one CSV file of this month, in the language of the settings; signed where a key was set. */
export async function writeReport(context: CheckContext) {
  const language = String(context.settings.language);
  const titles = await Promise.all(COLUMNS.map((column) => context.i18n.text(language, column)));
  const lines = [titles.map(cell).join(";")];
  let cursor: string | undefined;
  do {
    const page = await listChecks(context, cursor);
    for (const check of page.checks as unknown as Check[])
      lines.push(COLUMNS.map((column) => cell(check[column] ?? "")).join(";"));
    cursor = page.next;
  } while (cursor !== undefined);
  const csv = `${lines.join("\r\n")}\r\n`;
  const month = new Date().toISOString().slice(0, 7);
  const { size, sha256 } = await context.files.put(keyOf(month), csv, "text/csv");
  const key = await context.secrets.get("reportKey");
  const signature = key === null ? {} : { signature: await sign(key, csv) };
  return { month, size, sha256, ...signature };
}

/** The report of a month (`2026-11`), or null. */
export async function readReport(context: PluginContext<"storage.read">, month: string): Promise<string | null> {
  const file = await context.files.get(keyOf(month));
  return file === null ? null : new TextDecoder().decode(file.bytes);
}

function keyOf(month: string): string {
  return `reports/${month}.csv`;
}

/** A cell that begins like a formula would be one in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Lower-case hex HMAC-SHA256. */
async function sign(key: string, text: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", bytes.encode(key), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes.encode(text)));
  return [...mac].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
