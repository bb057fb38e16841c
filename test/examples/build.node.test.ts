import { cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPlugin } from "../../src/cli/work/build-plugin.ts";
import { type OpenedBundle, openBundle } from "../../src/domain/bundle/open.ts";
import { ENTITY_READ, type Entity } from "../../src/domain/execution/events.ts";
import { METHODS, type Method } from "../../src/domain/execution/methods.ts";
import { manifestWarnings } from "../../src/domain/manifest/manifest.ts";
import type { PluginDefinition } from "../../src/sdk/index.ts";
import { EXAMPLES, foldersIn, HOSTILE, readManifest } from "./setting.ts";

const FOLDERS = [EXAMPLES, HOSTILE].flatMap((parent) => foldersIn(parent).map((name) => path.join(parent, name)));

describe.each(FOLDERS.map((folder) => [path.basename(folder), folder] as const))("%s", (name, folder) => {
  let bundle: OpenedBundle;
  let elsewhere = "";

  beforeAll(async () => {
    bundle = await built(folder);
    elsewhere = await mkdtemp(path.join(os.tmpdir(), "rbsm-example-"));
  });
  afterAll(() => rm(elsewhere, { recursive: true, force: true }));

  it("is packed to the same bytes again, also from another folder", async () => {
    expect((await built(folder)).sha256).toBe(bundle.sha256);
    await cp(folder, path.join(elsewhere, "copy"), { recursive: true });
    expect((await built(path.join(elsewhere, "copy"))).sha256).toBe(bundle.sha256);
  });

  it("is opened by the strict reader and carries its folder's name", async () => {
    const opened = await openBundle(bundle.bytes);
    expect(opened.ok && opened.value.manifest).toMatchObject({ name, publisher: "alpenware" });
    expect(manifestWarnings(bundle.manifest)).toEqual([]);
  });

  it("has exactly the handlers it declares", async () => {
    const plugin = await moduleOf(bundle);
    const { events = [], routes = [], schedules = [] } = bundle.manifest;
    expect(Object.keys(plugin.events ?? {}).sort()).toEqual(events.map(({ on }) => on).sort());
    expect(Object.keys(plugin.routes ?? {}).sort()).toEqual(routes.map((one) => `${one.method} ${one.path}`).sort());
    expect(Object.keys(plugin.schedules ?? {}).sort()).toEqual(schedules.map(({ id }) => id).sort());
  });

  // What the overreacher does beyond that, it spells so that no scan sees it.
  it("declares exactly the permissions it is seen to use", () => {
    expect(usedPermissions(bundle)).toEqual(bundle.manifest.permissions.map(({ code }) => code));
  });
});

it("there is one example of each type, one of them free and one sold for three installations", () => {
  const manifests = foldersIn(EXAMPLES).map((name) => readManifest(path.join(EXAMPLES, name)));
  expect(manifests.map(({ name, type }) => [name, type])).toEqual([
    ["appointment-reminder", "mixed"],
    ["lead-scorer", "automation"],
    ["pipeline-board", "ui"],
    ["vat-checker", "api"],
  ]);
  const tiers = manifests.flatMap((manifest) => {
    const { pricing } = manifest as unknown as {
      pricing: { tiers: { id: string; price: number; limits: { installs: number } }[] };
    };
    return pricing.tiers.map((tier) => `${manifest.name} ${tier.id} ${tier.price} ${tier.limits.installs}`);
  });
  expect(tiers).toContain("lead-scorer basic 900 3");
  expect(tiers).toContain("pipeline-board free 0 5");
});

it("an example has an icon and at least one picture, each below 200 kB", async () => {
  for (const name of foldersIn(EXAMPLES)) {
    const { entries, manifest } = await built(path.join(EXAMPLES, name));
    expect(manifest.icon).toBe("icons/icon.png");
    const pictures = entries.filter((entry) => entry.path.endsWith(".png"));
    expect(pictures.length).toBeGreaterThanOrEqual(2);
    for (const picture of pictures) expect(picture.size, `${name} ${picture.path}`).toBeLessThan(200_000);
  }
});

async function built(folder: string): Promise<OpenedBundle> {
  const outcome = await buildPlugin(folder);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problem));
  return outcome.value;
}

/** The very module that would run in an isolate. */
async function moduleOf(bundle: OpenedBundle): Promise<PluginDefinition> {
  const code = Buffer.from(bundle.file("server/main.js") ?? []).toString("base64");
  const loaded = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as {
    default: PluginDefinition;
  };
  return loaded.default;
}

/** Permissions behind the calls in the code and behind the events listened to. */
function usedPermissions(bundle: OpenedBundle): string[] {
  const code = new TextDecoder().decode(bundle.file("server/main.js") ?? new Uint8Array());
  const called = [...code.matchAll(/\bcontext\.([a-z0-9]+)\.([a-zA-Z]+)\(/g)]
    .map(([, group, verb]) => `${group}.${verb}`)
    .filter((method): method is Method => Object.hasOwn(METHODS, method))
    .flatMap((method) => METHODS[method].permission ?? []);
  const heard = (bundle.manifest.events ?? []).map(({ on }) => ENTITY_READ[on.split(".")[0] as Entity]);
  return [...new Set<string>([...called, ...heard])].sort();
}
