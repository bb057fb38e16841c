import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type DeployWorld, deploy, dryRun, readSettings } from "../../src/local/deploy.ts";
import { planDeployment, renderConfig } from "../../src/local/deploy-plan.ts";
import { ROOT } from "../../src/local/root.ts";

const ORIGIN = "https://market.example.com";
const ASSETS = "https://assets.example.net";
const settings = readSettings(ORIGIN, ASSETS);
const secrets = Object.fromEntries(settings.secrets.map((name) => [name, `secret of ${name}`]));

/** wrangler as it answers, without an account. */
function pretend(answers: (line: string) => { code: number; output: string } | undefined = () => undefined) {
  const calls: { line: string; stdin: string | undefined }[] = [];
  const said: string[] = [];
  const kept: (string | null)[] = [];
  const world: DeployWorld = {
    async wrangler(args, stdin) {
      const line = args.join(" ");
      calls.push({ line, stdin });
      const listed = settings.databases.map(({ name }, at) => ({ name, uuid: `id-${at}` }));
      return (
        answers(line) ?? {
          code: 0,
          output: line === "d1 list --json" ? `[info]\n${JSON.stringify(listed)}`.slice(7) : "",
        }
      );
    },
    say: (line) => said.push(line),
    keepConfig: async (text) => {
      kept.push(text);
    },
  };
  return { world, calls, said, kept };
}

describe("a deployment", () => {
  it("creates what Workers are bound to, then the Workers, then their secrets, which stand in no argument", async () => {
    const { world, calls, kept } = pretend();
    await deploy(world, settings, secrets);
    expect(kept).toEqual([expect.stringContaining('database_id = "id-0"')]);
    const lines = calls.map(({ line }) => line);
    expect(lines[0]).toBe("whoami");
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
    const order = [
      "d1 create",
      "r2 bucket create",
      "queues create",
      "d1 list",
      "d1 migrations apply DB",
      "deploy",
      "secret bulk",
    ];
    expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b));
    expect(order.map(at)).not.toContain(-1);
    expect(lines.filter((line) => line.startsWith("deploy"))).toEqual([
      "deploy -c src/tail/wrangler.toml",
      "deploy -c src/sandbox/wrangler.toml",
      "deploy -c wrangler.deploy.toml",
    ]);
    expect(lines.join("\n")).not.toContain("secret of");
    expect(JSON.parse(calls.find(({ line }) => line.startsWith("secret bulk"))?.stdin ?? "{}")).toEqual(secrets);
    for (const queue of ["releases", "events", "webhooks"]) expect(lines).toContain(`queues create ${queue}`);
  });

  it("may be made again: what exists is left as it is, what fails ends it", async () => {
    const again = pretend((line) =>
      / create /.test(` ${line} `) ? { code: 1, output: "A database with that name already exists" } : undefined,
    );
    await deploy(again.world, settings, secrets);
    expect(again.calls.at(-1)?.line).toContain("secret bulk");
    const broken = pretend((line) =>
      line.startsWith("r2") ? { code: 1, output: "You need to enable R2" } : undefined,
    );
    await expect(deploy(broken.world, settings, secrets)).rejects.toThrow(/bucket[\s\S]*enable R2/);
    expect(broken.calls.at(-1)?.line).toContain("r2 bucket create");
  });

  it("never begins without its secrets or with addresses that would not be safe", async () => {
    const { world, calls } = pretend();
    const { KEK_V1: _, ...lacking } = secrets;
    await expect(deploy(world, settings, lacking)).rejects.toThrow(/KEK_V1/);
    expect(calls).toEqual([]);
    expect(() => readSettings("http://market.example.com", ASSETS)).toThrow(/https/);
    expect(() => readSettings(`${ORIGIN}/shop`, ASSETS)).toThrow(/without path/);
    expect(() => readSettings(ORIGIN, ORIGIN)).toThrow(/another/);
  });

  it("writes the account's own ids, addresses and routes into its configuration", async () => {
    const toml = await readFile(path.join(ROOT, "wrangler.toml"), "utf8");
    const ids = new Map(settings.databases.map(({ name }, at) => [name, `id-${at}`]));
    const rendered = renderConfig(toml, settings, ids);
    expect(rendered).toContain(`PUBLIC_ORIGIN = "${ORIGIN}"`);
    expect(rendered).toContain(`ASSETS_ORIGIN = "${ASSETS}"`);
    expect(rendered).toContain('{ pattern = "market.example.com", custom_domain = true }');
    expect(rendered).toContain('tail_consumers = [{ service = "marketplace-tail" }]');
    for (const id of ids.values()) expect(rendered).toContain(`database_id = "${id}"`);
    expect(rendered).not.toContain("00000000-0000");
    expect(() => renderConfig("", settings, ids)).toThrow(/PUBLIC_ORIGIN/);
  });

  it("shows every step and creates nothing in a dry run", async () => {
    const { world, calls, said } = pretend();
    await dryRun(world, settings);
    expect(calls.map(({ line }) => line)).toEqual([
      "deploy -c src/tail/wrangler.toml --dry-run",
      "deploy -c src/sandbox/wrangler.toml --dry-run",
      "deploy -c wrangler.deploy.toml --dry-run",
    ]);
    for (const { title } of planDeployment(settings)) expect(said.join("\n")).toContain(title);
  });
});
