import { createPublicKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { initKeyset, type MadeKey, makeKey, readPlan, signKeyset, writePlan } from "../cli/work/keyset-folder.ts";
import { decodeBase64url } from "../domain/bytes.ts";
import { KEY_PURPOSES, kidOf, PUBLISH_BEFORE_USE, type RootKey, signingKeyAt } from "../domain/license/keyset.ts";
import { addKey, type KeysetPlan, switchTo } from "../domain/license/keyset-plan.ts";
import { LaunchError } from "./data-folder.ts";

const DAY = 86_400;
/** A key or document that ends sooner gets its successor at this start. */
const SOON = 14 * DAY;

export interface LocalKeyset {
  /** Private halves by the name of their Worker secret, and the root to trust. */
  readonly vars: Readonly<Record<string, string>>;
  readonly roots: readonly RootKey[];
  /** Signs and publishes by the call an operator makes. */
  publish(origin: string, operatorToken: string): Promise<void>;
}

/**
 * The demo's own root and keys of licenses, below `<data>/keyset`, with `<data>/license-roots.json` for clients that pin
 * it. A root whose key lies beside the marketplace protects nobody: deployed, it stays offline (`rbsm keyset`).
 */
export async function openLocalKeyset(root: string, origin: string, leaseKey: string): Promise<LocalKeyset> {
  const folder = path.join(root, "keyset");
  const secretsFile = path.join(folder, "secrets.json");
  const now = Math.floor(Date.now() / 1000);
  let secrets: Record<string, string> = {};
  const keepSecret = async (key: MadeKey) => {
    if (key.secret !== "LEASE_KEY_PKCS8") secrets[key.secret] = await readFile(key.file, "utf8");
    await writeFile(secretsFile, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  };
  if (!(await readPlan(folder)).ok) {
    const made = await initKeyset(folder, origin, now, leaseKey);
    if (!made.ok) throw new LaunchError(made.problem.message);
    for (const key of made.value.keys) await keepSecret(key);
  }
  const kept = await readPlan(folder);
  if (!kept.ok) throw new LaunchError(kept.problem.message);
  secrets = JSON.parse(await readFile(secretsFile, "utf8")) as Record<string, string>;
  let plan: KeysetPlan = { ...kept.value, issuer: origin };
  for (const purpose of KEY_PURPOSES) {
    const isCovered = plan.keys.some(
      (key) => key.purpose === purpose && key.revokedFrom === null && key.signUntil > now + SOON,
    );
    if (isCovered) continue;
    const key = await makeKey(folder, purpose);
    await keepSecret(key);
    // Where the last key is over already, waiting would only be an outage.
    const from = signingKeyAt(plan.keys, purpose, now) === null ? now : now + PUBLISH_BEFORE_USE + 3600;
    const added = addKey(plan, { kid: key.kid, purpose, x: key.x }, from);
    plan = switchTo(added, key.kid) ?? added;
  }
  await writePlan(folder, plan);
  const roots = await rootsOf(folder);
  await writeFile(path.join(root, "license-roots.json"), `${JSON.stringify(roots, null, 2)}\n`);
  return {
    vars: { ...secrets, LICENSE_ROOTS: roots.map(({ x }) => x).join(",") },
    roots,
    async publish(site, operatorToken) {
      const signed = await signKeyset(folder, [], Math.floor(Date.now() / 1000));
      if (!signed.ok) throw new LaunchError(signed.problem.message);
      for (const { document } of signed.value.documents) {
        const response = await fetch(`${site}/v1/desk/license-keyset`, {
          method: "POST",
          headers: { authorization: `Bearer ${operatorToken}`, "content-type": "application/json" },
          body: JSON.stringify({ document }),
        });
        if (!response.ok) throw new LaunchError(`The license keys were refused: ${await response.text()}`);
      }
    },
  };
}

async function rootsOf(folder: string): Promise<readonly RootKey[]> {
  const { readdir } = await import("node:fs/promises");
  const names = (await readdir(folder)).filter((name) => /^r-[0-9a-f]{16}\.pem$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const { x = "" } = createPublicKey(await readFile(path.join(folder, name), "utf8")).export({ format: "jwk" });
      return { kid: await kidOf("root", decodeBase64url(x) ?? new Uint8Array()), x };
    }),
  );
}
