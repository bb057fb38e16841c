import { mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type Browser, chromium as playwright } from "playwright-core";

const root = path.resolve(import.meta.dirname, "../..");

/** A browser is at hand: one named by CHROME_PATH, or the packaged one, which exists for Linux on x64 only. */
export const hasChromium = Boolean(process.env.CHROME_PATH) || (process.platform === "linux" && process.arch === "x64");

/** Flags of the package that end the browser with its first context, or weaken what these tests are about. */
const UNWANTED = ["--single-process", "--no-zygote", "--disable-web-security", "--allow-running-insecure-content"];

/** Starts Chromium, with flags of the caller's own beside ours; the caller closes it. */
export async function startChromium(flags: readonly string[] = []): Promise<Browser> {
  const local = process.env.CHROME_PATH;
  if (local) return playwright.launch({ executablePath: local, args: ["--no-sandbox", ...QUIET, ...flags] });
  // The package unpacks into the temporary folder and reuses whatever lies there, of any version: one folder per checkout.
  const temporary = path.join(root, "dist", "tmp");
  await mkdir(temporary, { recursive: true });
  process.env.TMPDIR = temporary;
  const { default: packaged } = await import("@sparticuz/chromium");
  const executablePath = await packaged.executablePath();
  const args = packaged.args.filter((arg) => !UNWANTED.includes(arg));
  return playwright.launch({
    executablePath,
    args: [...args, ...QUIET, ...flags],
    env: { ...process.env, HOME: os.homedir() },
  });
}

const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];
