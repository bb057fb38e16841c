import { writeFile } from "node:fs/promises";
import os from "node:os";
import { parseArgs } from "node:util";
import { benchBundles } from "./bundles.ts";
import { benchCatalogue } from "./catalogue.ts";
import { compare, type Outcome, type Row } from "./compare.ts";
import { benchLicense } from "./license.ts";
import { benchResolve } from "./resolve.ts";
import { benchSandbox } from "./sandbox.ts";
import { openSite } from "./site.ts";
import { benchTuf } from "./tuf.ts";

const ROWS: readonly Row[] = [
  {
    path: "plugin detail, JSON",
    floor: "bare D1 point read",
    target: 0.7,
    load: (site) => ({ url: `${site.marketplace}/v1/plugins/${site.small.pluginId}` }),
    floorLoad: (site) => ({ url: `${site.floor}/d1` }),
  },
  {
    path: "plugin page, HTML",
    floor: "bare Hono",
    target: 0.4,
    load: (site) => ({ url: `${site.marketplace}/plugins/bench-small` }),
    floorLoad: (site) => ({ url: `${site.floor}/hono` }),
  },
  {
    path: "download public 48 KiB",
    floor: "bare R2 read 48 KiB",
    target: 0.75,
    load: (site) => ({ url: `${site.marketplace}/bundles/${site.small.sha256}.rbsm` }),
    floorLoad: (site) => ({ url: `${site.floor}/r2/b/sha256/${site.small.sha256}` }),
  },
  {
    path: "download public 5 MiB",
    floor: "bare R2 read 5 MiB",
    target: 0.9,
    load: (site) => ({ url: `${site.marketplace}/bundles/${site.large.sha256}.rbsm` }),
    floorLoad: (site) => ({ url: `${site.floor}/r2/b/sha256/${site.large.sha256}` }),
  },
];

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" }, json: { type: "string" } },
});
const rounds = flags.quick ? 2 : 3;
const seconds = flags.quick ? 0.7 : 4;
const concurrency = 16;
const effort = { rounds, seconds, concurrency };

console.log(
  `Local simulator, not Cloudflare. Node ${process.version}, ${os.cpus().length} cores, load ${os.loadavg()[0]?.toFixed(2)}; ` +
    `${rounds} interleaved rounds of ${seconds} s at ${concurrency} connections. Ratios bind, absolute figures do not.\n`,
);
const outcomes: Outcome[] = [];
const runs = (part: string) => flags.only === undefined || flags.only === part;
if (["site", "catalogue", "resolve", "license", "sandbox"].some(runs)) await benchSite();
if (runs("resolve")) show(await benchResolve(flags.quick));
if (runs("tuf")) for await (const outcome of benchTuf(flags.quick)) show(outcome);
if (runs("bundles")) for await (const outcome of benchBundles(flags.quick)) show(outcome);
if (flags.json !== undefined)
  await writeFile(flags.json, `${JSON.stringify({ node: process.version, outcomes }, null, 2)}\n`);
const missed = outcomes.filter((outcome) => !outcome.holds || outcome.errors > 0);
console.log(
  missed.length === 0 ? "\nEvery target holds." : `\nMissed: ${missed.map((outcome) => outcome.path).join(", ")}`,
);
process.exit(missed.length === 0 ? 0 : 1);

async function benchSite(): Promise<void> {
  const site = await openSite();
  try {
    if (runs("license")) for await (const outcome of benchLicense(site, effort, flags.quick)) show(outcome);
    if (runs("sandbox")) for await (const outcome of benchSandbox(site, effort)) show(outcome);
    if (runs("site")) for (const row of ROWS) show((await compare(site, row, effort)).outcome);
    // Last: it makes the catalogue large.
    const parts = (["catalogue", "resolve"] as const).filter(runs);
    // Making 100,000 plugins takes longer than a quick look at choosing versions should.
    const sizes = flags.quick && !runs("catalogue") ? [10_000] : undefined;
    if (parts.length > 0) for await (const outcome of benchCatalogue(site, effort, parts, sizes)) show(outcome);
  } finally {
    await site.miniflare.dispose();
  }
}

function show(outcome: Outcome): void {
  outcomes.push(outcome);
  const mark = outcome.holds && outcome.errors === 0 ? "ok  " : "MISS";
  console.log(
    `${mark} ${outcome.path.padEnd(28)} ${outcome.value.padStart(12)}   ${outcome.floor.padEnd(34)} ${outcome.figure.toFixed(2).padStart(6)}  (${outcome.target})${outcome.errors > 0 ? `  ${outcome.errors} errors` : ""}`,
  );
}
