import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { auditLock } from "../work/audit-lock.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { requireLock } from "../work/require-lock.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const auditCommand = command({
  summary: "hold what rbsm.lock names against advisories and revocations",
  details: [
    "Ends with 1 if anything is found. The revocation list is verified; an older one than seen before is refused.",
  ],
  positionals: [],
  flags: {
    dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm audit --json"],
  async run({ flags }) {
    const lock = await requireLock(path.resolve(flags.dir ?? "."));
    if (!lock.ok) return lock;
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const audited = await auditLock(process.env, marketplace.value, lock.value);
    if (!audited.ok) return audited;
    const findings = audited.value;
    const count = Object.keys(lock.value.plugins).length;
    if (findings.length === 0)
      return ok({ data: { plugins: count, findings }, lines: [`Nothing is known against ${count} plugins.`] });
    const told = findings.map(({ name, version, code, level, message, fix }) => {
      const mend = fix === null ? "" : `  use ${fix}`;
      return { code, detail: `${name} ${version}  ${level}  ${oneLine(message)}${mend}` };
    });
    return {
      ok: false,
      problem: {
        code: "audit_found",
        kind: "trust",
        message: `${findings.length} ${findings.length === 1 ? "thing is" : "things are"} known against what is locked.`,
        next: "rbsm update moves what has a fix; see rbsm advisory show ID.",
        problems: told,
        facts: { plugins: count, findings },
      },
    };
  },
});
