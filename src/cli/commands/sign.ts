import { readFile } from "node:fs/promises";
import path from "node:path";
import { ok } from "../../domain/result.ts";
import type { StatementHead } from "../../domain/trust/statement.ts";
import { command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { inspectBundle } from "../work/inspect-bundle.ts";
import { readKey } from "../work/key-store.ts";
import { chooseMarketplace, type Marketplace, marketplaceName, requireToken } from "../work/marketplace.ts";
import { writeWhole } from "../work/project-files.ts";
import { fetchHead } from "../work/publish-bundle.ts";
import { signBundle } from "../work/sign-bundle.ts";

export const signCommand = command({
  summary: "write the signed statement of a bundle to FILE.statement.json",
  details: [
    "The statement continues the plugin's chain: its head is asked for at the marketplace, or given with --sequence and --previous, and then no network is needed. It is void at any other marketplace.",
  ],
  positionals: [{ name: "FILE", summary: "the .rbsm file" }],
  flags: {
    key: { value: "FILE", summary: "sign with this key file" },
    "key-name": { value: "NAME", summary: "sign with this key of yours" },
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
    sequence: { value: "N", summary: "number of this statement: 1 for a new plugin" },
    previous: { value: "SHA256", summary: "digest of the statement before; none at 1" },
    out: { value: "FILE", summary: "where to write" },
  },
  examples: ["rbsm sign visit-notes-1.4.0.rbsm", "rbsm sign visit-notes-0.1.0.rbsm --sequence 1"],
  async run({ flags, args: [file = ""] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const given = parseHead(flags.sequence, flags.previous);
    if (!given.ok) return given;
    const key = await readKey({ env: process.env, name: flags["key-name"], file: flags.key });
    if (!key.ok) return key;
    const bundle = await inspectBundle(new Uint8Array(await readFile(file)));
    if (!bundle.ok) return bundle;
    const head = given.value ? ok(given.value) : await askHead(marketplace.value, bundle.value.manifest.name);
    if (!head.ok) return head;
    const sequence = head.value.sequence + 1;
    const statement = await signBundle({
      bundle: bundle.value,
      key: key.value,
      marketplace: marketplaceName(marketplace.value),
      head: head.value,
    });
    const out = path.resolve(flags.out ?? `${file}.statement.json`);
    await writeWhole(out, `${JSON.stringify(statement)}\n`);
    const { name, version } = bundle.value.manifest;
    return ok({
      data: {
        file: out,
        name,
        version,
        sha256: bundle.value.sha256,
        keyId: key.value.keyId,
        sequence,
        previous: head.value.statementSha256,
      },
      lines: [`Signed ${name} ${version} as number ${sequence} with key ${key.value.keyId}`, `  ${out}`],
    });
  },
});

async function askHead(marketplace: Marketplace, name: string): Promise<Outcome<StatementHead>> {
  const token = requireToken(marketplace);
  return token.ok ? fetchHead(marketplace, name) : token;
}

/** Both or neither: number 1 has nothing before it, every other number has. */
function parseHead(sequence: string | undefined, previous: string | undefined): Outcome<StatementHead | null> {
  if (sequence === undefined && previous === undefined) return ok(null);
  const number = Number(sequence);
  if (!/^[1-9][0-9]{0,8}$/.test(sequence ?? ""))
    return { ok: false, problem: misuse("option_invalid", "--sequence is a number from 1 on.") };
  if (number === 1 ? previous !== undefined : !/^[0-9a-f]{64}$/.test(previous ?? ""))
    return {
      ok: false,
      problem: misuse("option_invalid", "--previous is a hex SHA-256 with --sequence 2 or more, and absent with 1."),
    };
  return ok({ sequence: number - 1, statementSha256: previous ?? null });
}
