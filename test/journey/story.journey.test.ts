import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { capabilitiesOf, closureDigestOf, parseManifest } from "../../src/domain/manifest/manifest.ts";
import { verifyRelease } from "../../src/sdk/verify/index.ts";
import { type Answer, bearer, Connector, send } from "./connector.ts";

const { url, data, demo } = inject("marketplace");
const V1 = `${url}/v1`;
const ROOT = path.resolve(import.meta.dirname, "../..");
const operator = bearer(demo.operator.token)(V1);
const instance = new Connector(V1, demo.instance);
const HARDWARE = "ab".repeat(32);
const scorer = demo.licenses.find((license) => license.plugin === "lead-scorer");
if (scorer === undefined) throw new Error("the demo has a license for lead-scorer");

/** Consents to everything the version asks for, as an admin would after reading it. */
async function install(
  plugin: { pluginId: string; version: string; key?: string },
  hardwareId: string,
): Promise<Answer> {
  const { body } = await send(`${V1}/plugins/${plugin.pluginId}/versions/${plugin.version}`);
  const manifest = parseManifest(body.manifest);
  if (!manifest.ok) throw new Error(JSON.stringify(manifest.problem));
  const closureDigest = await closureDigestOf(capabilitiesOf(manifest.value));
  expect(body.closureDigest).toBe(closureDigest);
  return instance.call("POST", "/installations", {
    pluginId: plugin.pluginId,
    ...(plugin.key === undefined ? {} : { licenseKey: plugin.key }),
    hardwareId,
    version: plugin.version,
    grantedPermissions: body.manifest.permissions.map((permission: { code: string }) => permission.code),
    closureDigest,
    appVersion: "0.1.0",
  });
}

let eventNumber = 0;
function requestCreated(): { id: string; event: string; [member: string]: unknown } {
  return {
    id: `evt_story_${Date.now()}_${eventNumber++}`,
    event: "request.created",
    version: 1,
    occurredAt: new Date().toISOString(),
    entity: "request",
    entityId: "1",
    data: { id: 1, name: "Erika Muster", service: "Fensterreinigung", status: "NEW", message: "Bitte um ein Angebot" },
  };
}

/** Waits for the execution to reach an end and answers it as the instance sees it. */
async function ended(installationId: string, executionId: string): Promise<Record<string, unknown>> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const { body } = await instance.call("GET", `/installations/${installationId}/executions?page=1&limit=50`);
    const found = body.data.find((row: { id: string }) => row.id === executionId);
    if (found !== undefined && !["queued", "running"].includes(found.outcome)) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${executionId} did not end`);
}

describe("a visitor", () => {
  it("finds all examples on / and /plugins and opens each, without JavaScript", async () => {
    const home = await (await fetch(`${url}/`)).text();
    const list = await (await fetch(`${url}/plugins`)).text();
    for (const name of ["appointment-reminder", "lead-scorer", "pipeline-board", "vat-checker"]) {
      expect(list).toContain(`/plugins/${name}`);
      const page = await fetch(`${url}/plugins/${name}`);
      expect(page.status).toBe(200);
      expect(page.headers.get("content-type")).toContain("text/html");
    }
    expect(home).toContain("/plugins/lead-scorer");
    expect(`${home}${list}`).not.toContain("<script");
  });
});

describe("an instance with a license of three seats", () => {
  let installationId = "";

  it("activates the license on its hardware and gets a signed lease", async () => {
    const answer = await install(scorer, HARDWARE);
    expect(answer.body).toMatchObject({ code: "VALID", class: "ok" });
    expect(answer.status).toBe(201);
    expect(answer.body.activationId).toMatch(/^act_/);
    expect(answer.body.lease.split(".")).toHaveLength(3);
    installationId = answer.body.installationId;
    const again = await install(scorer, HARDWARE);
    expect(again.status).toBe(200);
    expect(again.body.installationId).toBe(installationId);
  });

  it("downloads the bundle and verifies digest and both signatures with the SDK", async () => {
    const token = await instance.call("POST", `/plugins/${scorer.pluginId}/download`, {
      licenseKey: scorer.key,
      hardwareId: HARDWARE,
    });
    expect(token.status).toBe(200);
    const file = await send(token.body.url);
    expect(file.status).toBe(200);
    const release = await send(`${V1}/plugins/${scorer.pluginId}/versions/${scorer.version}/release`);
    const trust = JSON.parse(await readFile(demo.trustFile, "utf8"));
    const publisherKeys = (await bearer(demo.publisher.token)(V1)("GET", "/whoami")).body.publishers[0].keys;
    const verified = await verifyRelease({
      trust,
      publisherKeys,
      name: "lead-scorer",
      version: scorer.version,
      ...release.body,
      bytes: file.body,
    });
    expect(verified).toMatchObject({ ok: true });
    const tampered = Uint8Array.from(file.body as Uint8Array);
    tampered[200] = (tampered[200] ?? 0) ^ 1;
    const refused = await verifyRelease({
      trust,
      publisherKeys,
      name: "lead-scorer",
      version: scorer.version,
      ...release.body,
      bytes: tampered,
    });
    expect(refused.ok).toBe(false);
  });

  it("posts request.created: the plugin runs, reads host data, stores, logs, and the execution is visible", async () => {
    const answer = await instance.call("POST", "/events", requestCreated());
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ duplicate: false });
    const [delivery] = answer.body.deliveries;
    expect(delivery.installationId).toBe(installationId);
    const execution = await ended(installationId, delivery.executionId);
    expect(execution).toMatchObject({ outcome: "ok", status: "success", version: scorer.version });
    expect(Object.keys(execution.calls as object)).toEqual(expect.arrayContaining(["requests.get", "storage.set"]));
    expect((execution.logs as unknown[]).length).toBeGreaterThan(0);
  });

  it("posts the same event twice and nothing runs twice", async () => {
    const event = requestCreated();
    const first = await instance.call("POST", "/events", event);
    const second = await instance.call("POST", "/events", event);
    expect(first.status).toBe(202);
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ duplicate: true, deliveries: first.body.deliveries });
    const other = await instance.call("POST", "/events", { ...event, data: { id: 1, name: "Somebody else" } });
    expect(other.status).toBe(409);
    expect(other.body.code).toBe("event_conflict");
  });
});

describe("hostile plugins", () => {
  const installed = new Map<string, string>();
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-hostile-"));
    const account = await operator("POST", "/desk/accounts", {
      name: "Mallory",
      email: `mallory-${Date.now()}@example.com`,
      publisher: { handle: "mischief", displayName: "Mischief" },
    });
    expect(account.status).toBe(201);
    const key = path.join(folder, "mischief.pem");
    const rbsm = (args: string[]): Promise<string> => runCli(args, account.body.token, path.join(folder, "config"));
    await rbsm(["keys", "create", "--key", key]);
    await rbsm(["keys", "enroll", "mischief", "--key", key, "--nonce", account.body.keyNonce]);
    for (const name of await readdir(path.join(ROOT, "test/hostile"))) {
      const source = path.join(folder, name);
      await cp(path.join(ROOT, "test/hostile", name), source, { recursive: true });
      const manifest = JSON.parse(await readFile(path.join(source, "manifest.json"), "utf8"));
      await writeFile(path.join(source, "manifest.json"), JSON.stringify({ ...manifest, publisher: "mischief" }));
      const { releaseId } = JSON.parse(await rbsm(["publish", source, "--key", key, "--yes", "--json"]));
      const release = await operator("GET", `/releases/${releaseId}?wait=20`);
      expect(release.body.state).toBe("review");
      const decided = await operator("POST", `/desk/releases/${releaseId}/decision`, {
        decision: "approve",
        reason: "Let it try",
        sha256: release.body.sha256,
      });
      expect(decided.status).toBe(200);
      const license = await bearer(account.body.token)(V1)("POST", "/licenses", {
        instanceId: demo.instance.id,
        pluginId: release.body.pluginId,
        userId: "1",
        type: "basic",
      });
      const answer = await install(
        { pluginId: release.body.pluginId, version: release.body.version, key: license.body.licenseKey },
        HARDWARE,
      );
      expect(answer.body.code).toBe("VALID");
      installed.set(name, answer.body.installationId);
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("are each contained with a named outcome while the marketplace keeps answering and neighbours keep working", async () => {
    const incidentsBefore = await incidents();
    let isDone = false;
    const slowest = probe(() => isDone);
    const answer = await instance.call("POST", "/events", requestCreated());
    const outcomes: Record<string, unknown> = {};
    for (const delivery of answer.body.deliveries as { installationId: string; executionId: string }[]) {
      const name = [...installed].find(([, id]) => id === delivery.installationId)?.[0] ?? "lead-scorer";
      outcomes[name] = (await ended(delivery.installationId, delivery.executionId)).outcome;
    }
    isDone = true;
    expect(outcomes).toMatchObject({
      "endless-loop": "plugin_timeout",
      thrower: "plugin_error",
      "network-prober": "network_denied",
      overreacher: "capability_denied",
      "lead-scorer": "ok",
    });
    expect(await slowest).toBeLessThan(1_000);
    expect((await incidents()).filter((why) => why === "hang").length).toBeGreaterThan(
      incidentsBefore.filter((why) => why === "hang").length,
    );
    // The next call to another plugin works in the new sandbox process.
    await instance.call("PATCH", `/installations/${installed.get("endless-loop")}`, { action: "deactivate" });
    const next = await instance.call("POST", "/events", requestCreated());
    const delivery = next.body.deliveries.find(
      (row: { installationId: string }) => ![...installed.values()].includes(row.installationId),
    );
    expect(await ended(delivery.installationId, delivery.executionId)).toMatchObject({ outcome: "ok" });
  });
});

/** The longest answer of /health and /plugins, in milliseconds, until told to stop. */
async function probe(isDone: () => boolean): Promise<number> {
  let slowest = 0;
  while (!isDone()) {
    for (const target of ["/health", "/plugins"]) {
      const from = performance.now();
      const response = await fetch(`${url}${target}`);
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      slowest = Math.max(slowest, performance.now() - from);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return slowest;
}

async function incidents(): Promise<string[]> {
  const text = await readFile(path.join(data, "logs/incidents.jsonl"), "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { why: string }).why);
}

function runCli(args: string[], token: string, config: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(ROOT, "src/cli/bin.mjs"), ...args], {
      env: { ...process.env, XDG_CONFIG_HOME: config, RBSM_MARKETPLACE: url, RBSM_TOKEN: token, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (part) => {
      output += part;
    });
    child.stderr.on("data", (part) => {
      errors += part;
    });
    child.on("exit", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`rbsm ${args[0]}: ${output}${errors}`)),
    );
  });
}
