import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import lighthouse, { type Config, desktopConfig } from "lighthouse";
import { launch } from "../../src/local/launch.ts";
import { startChromium } from "./chromium.ts";

const HELP = `npm run lighthouse -- [options]

Measures home, list and detail with Lighthouse, as a phone and as a desktop, against a demo of its own.
Ends with 1 when a category is below 95 of 100.

  --url URL     of a marketplace that runs already
  --json FILE   the scores as JSON
  --no-build    of what was built before
  --help        this text`;

const PAGES = ["/", "/plugins", "/plugins/appointment-reminder"] as const;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
const FLOOR = 95;
const FORMS: Readonly<Record<"phone" | "desktop", Config | undefined>> = { phone: undefined, desktop: desktopConfig };

interface Row {
  readonly form: string;
  readonly page: string;
  /** 0 to 100 by category, null where Lighthouse could not tell. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** What cost points: audit and its title. */
  readonly lost: readonly string[];
}

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    json: { type: "string" },
    build: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
});
if (values.help) console.log(HELP);
else if (values.url) await measure(values.url);
else await measureDemo();

async function measureDemo(): Promise<void> {
  const data = await mkdtemp(path.join(os.tmpdir(), "rbsm-lighthouse-"));
  const launched = await launch({ port: 0, data, build: values.build });
  try {
    await measure(launched.url);
  } finally {
    await launched.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function measure(url: string): Promise<void> {
  const port = await freePort();
  const browser = await startChromium([`--remote-debugging-port=${port}`]);
  const rows: Row[] = [];
  try {
    for (const page of PAGES)
      for (const [form, config] of Object.entries(FORMS)) {
        const flags = { port, onlyCategories: [...CATEGORIES], logLevel: "error" as const };
        const result = await lighthouse(new URL(page, url).href, flags, config);
        if (result === undefined) throw new Error(`Lighthouse said nothing about ${page}`);
        const { categories, audits } = result.lhr;
        const scores = Object.fromEntries(
          CATEGORIES.map((name) => {
            const score = categories[name]?.score ?? null;
            return [name, score === null ? null : Math.round(score * 100)];
          }),
        );
        const weighed = CATEGORIES.flatMap((name) => categories[name]?.auditRefs ?? []).filter(
          ({ weight }) => weight > 0,
        );
        const lost = weighed.flatMap(({ id }) => {
          const audit = audits[id];
          return audit?.score != null && audit.score < 0.9
            ? [`${id}: ${audit.explanation ?? audit.displayValue ?? audit.title}`]
            : [];
        });
        rows.push({ form, page, scores, lost });
        console.log(`${page} (${form}): ${CATEGORIES.map((name) => `${name} ${scores[name]}`).join(", ")}`);
        for (const line of lost) console.log(`  ${line}`);
      }
  } finally {
    await browser.close();
  }
  if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  const isBelow = rows.some(({ scores }) => CATEGORIES.some((name) => (scores[name] ?? 0) < FLOOR));
  if (isBelow) process.exitCode = 1;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
