import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { launch } from "../../src/local/launch.ts";
import { startChromium } from "./chromium.ts";
import { PAGES, pathOf, signInAll } from "./pages.ts";

const HELP = `npm run screenshots -- [options]

Every page of the site in both themes and both sizes, of a demo of its own: dist/screenshots/<name>.<theme>.<size>.png

  --only TEXT   pages whose name holds it
  --theme T     light or dark alone
  --size S      small (390 pixels) or wide (1280) alone
  --no-build    of what was built before
  --help        this text`;

const SIZES = { small: { width: 390, height: 844 }, wide: { width: 1280, height: 900 } } as const;
const THEMES = ["light", "dark"] as const;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    theme: { type: "string", default: "" },
    size: { type: "string", default: "" },
    build: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
});
if (values.help) console.log(HELP);
else await takeAll();

async function takeAll(): Promise<void> {
  const out = path.resolve(import.meta.dirname, "../../dist/screenshots");
  await mkdir(out, { recursive: true });
  const data = await mkdtemp(path.join(os.tmpdir(), "rbsm-screenshots-"));
  const launched = await launch({ port: 0, data, build: values.build });
  const browser = await startChromium();
  try {
    const { demo, url } = launched;
    if (demo === null) throw new Error("the pages are those of the demo");
    const pages = PAGES.filter(({ name }) => name.includes(values.only));
    const states = await signInAll(
      browser,
      demo,
      pages.map(({ viewer }) => viewer),
    );
    for (const theme of THEMES.filter((theme) => theme.includes(values.theme)))
      for (const [size, viewport] of Object.entries(SIZES).filter(([size]) => size.includes(values.size)))
        for (const site of pages) {
          const state = states.get(site.viewer);
          const context = await browser.newContext({
            locale: "en-GB",
            colorScheme: theme,
            viewport,
            reducedMotion: "reduce",
            ...(state === undefined ? {} : { storageState: state }),
          });
          const page = await context.newPage();
          await page.goto(url + pathOf(site, demo));
          const isViewer = pathOf(site, demo).includes("#");
          await page.screenshot({ path: path.join(out, `${site.name}.${theme}.${size}.png`), fullPage: !isViewer });
          await context.close();
        }
    console.log(`${pages.length} pages in ${path.relative(process.cwd(), out)}`);
  } finally {
    await browser.close();
    await launched.stop();
    await rm(data, { recursive: true, force: true });
  }
}
