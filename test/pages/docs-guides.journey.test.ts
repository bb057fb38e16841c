import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Launched, launch } from "../../src/local/launch.ts";
import { commandsOf, type Fence, type Guide, linesOf, readGuides } from "./guides.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** A marketplace of its own: what readers publish here is not in the way of other journeys. */
const data = await mkdtemp(path.join(os.tmpdir(), "rbsm-guides-"));
let marketplace: Launched;
let operator = "";

beforeAll(async () => {
  marketplace = await launch({ port: 0, data, build: false, demo: false });
  operator = JSON.parse(await readFile(path.join(data, "operator.json"), "utf8")).token;
});
afterAll(async () => {
  await marketplace?.stop();
  await rm(data, { recursive: true, force: true });
});
const GUIDES = (await readGuides()).filter(({ fences }) => fences.some(isRun));

function isRun({ language, words }: Fence): boolean {
  return language === "console" && words.includes("run");
}

async function call<Answer>(method: string, target: string, body?: unknown, token = operator): Promise<Answer> {
  const response = await fetch(`${marketplace.url}/v1${target}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${target}: ${JSON.stringify(answer)}`);
  return answer as Answer;
}

/** What the desk does between two steps of a guide: looks at the publisher's releases and lets them out. */
async function approveAll(publisher: string): Promise<void> {
  let own: { releaseId: string }[] = [];
  for (let tries = 0; own.length === 0 && tries < 100; tries += 1) {
    const queue = await call<{ releases: { releaseId: string; publisher: string }[] }>("GET", "/desk/queue");
    own = queue.releases.filter((release) => release.publisher === publisher);
    if (own.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(own.length).toBeGreaterThan(0);
  for (const { releaseId } of own) {
    const { sha256 } = await call<{ sha256: string }>("GET", `/releases/${releaseId}?wait=30`);
    await call("POST", `/desk/releases/${releaseId}/decision`, { decision: "approve", reason: "Read it", sha256 });
  }
}

/** Follows a guide as a reader would: writes its files, types its commands, compares what is printed. */
async function follow({ slug, fences }: Guide, folder: string): Promise<void> {
  const publisher = `acme-${slug}`;
  const account = await call<{ token: string; keyNonce: string }>("POST", "/desk/accounts", {
    name: publisher,
    email: `${publisher}@example.com`,
    publisher: { handle: publisher, displayName: publisher },
  });
  await writeFile(path.join(folder, "token.txt"), account.token);
  const env = {
    PATH: `${path.join(ROOT, "node_modules/.bin")}:${process.env.PATH}`,
    HOME: folder,
    XDG_CONFIG_HOME: path.join(folder, "config"),
    XDG_CACHE_HOME: path.join(ROOT, "node_modules/.cache"),
    ADMIN_TOKEN: account.token,
    NO_COLOR: "1",
  };
  const own = (text: string) =>
    text
      .replaceAll("https://plugins.example.com", marketplace.url)
      .replaceAll("NONCE", account.keyNonce)
      .replace(/\bacme\b/g, publisher);
  for (const fence of fences) {
    if (fence.file !== null && fence.language === "ts" && fence.file.startsWith("visit-notes/")) {
      await mkdir(path.join(folder, path.dirname(fence.file)), { recursive: true });
      await writeFile(path.join(folder, fence.file), fence.text);
    }
    if (!isRun(fence)) continue;
    if (fence.words.includes("after-review")) await approveAll(publisher);
    let printed = "";
    for (const command of commandsOf(fence)) {
      const { stdout, stderr } = await run("sh", ["-c", own(command)], { cwd: folder, env });
      printed += stdout + stderr;
    }
    for (const line of linesOf(fence)) expect(printed, slug).toMatch(line);
  }
}

it.each(GUIDES)("a reader of /docs/$slug can do what it says", { timeout: 120_000 }, async (guide) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-guide-"));
  try {
    await follow(guide, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
