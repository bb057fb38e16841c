import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { REVOCATION_OPERATIONS } from "../../contract/advisory/operations.ts";
import { judgeInstall } from "../../domain/advisory/client.ts";
import { openList, type RevocationList } from "../../domain/advisory/list.ts";
import { ok } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { type CliProblem, fromReason, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { type Env, makePrivateFolder } from "./config.ts";
import type { Marketplace } from "./marketplace.ts";
import { writeWhole } from "./project-files.ts";
import { stateFolder } from "./seen-releases.ts";

const SEEN = z.record(z.string(), z.int().min(0));

/**
 * The signed list of what was taken back, verified by the pinned key and held against the newest one seen here. Null: no key
 * of such a list is pinned, because the marketplace signed none at the last login.
 */
export async function fetchRevocations(env: Env, marketplace: Marketplace): Promise<Outcome<RevocationList | null>> {
  const keys = marketplace.trust?.revocationKeys;
  if (!marketplace.trust || keys === undefined) return ok(null);
  const reply = await ask(marketplace, REVOCATION_OPERATIONS.showReleaseRevocations);
  if (!reply.ok) return reply;
  const file = path.join(stateFolder(env), "revocations.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  const seen = SEEN.safeParse(parseOrNull(text));
  if (!seen.success) return { ok: false, problem: tellState(file) };
  const name = marketplace.trust.marketplace;
  const before = Object.hasOwn(seen.data, name) ? (seen.data[name] ?? 0) : 0;
  const now = unixSeconds(Date.now());
  const opened = await openList(reply.value.body, name, keys, { seen: before, now });
  if (!opened.ok) return { ok: false, problem: fromReason(opened.problem) };
  if (opened.value.epoch > before) {
    await makePrivateFolder(path.dirname(file));
    await writeWhole(file, `${JSON.stringify({ ...seen.data, [name]: opened.value.epoch }, null, 2)}\n`, 0o600);
  }
  return ok(opened.value);
}

/** Nothing is installed that was taken back, nor by a list that has ended. */
export function refuseRevoked(
  list: RevocationList | null,
  subject: {
    readonly name: string;
    readonly version: string;
    readonly sha256: string;
    readonly publisher: string | null;
  },
): CliProblem | null {
  if (list === null) return null;
  const judged = judgeInstall(list, subject, unixSeconds(Date.now()));
  if (judged.ok) return null;
  const { code, note, replacement } = judged.problem.facts ?? {};
  const { name, version } = subject;
  return {
    ...fromReason(judged.problem),
    message:
      code === undefined
        ? `${name} ${version} is not installed.`
        : `${name} ${version} was taken back (${code}). ${note ?? ""}`.trim(),
    next: typeof replacement === "string" ? `Install ${replacement} instead.` : `See rbsm versions ${name}.`,
  };
}

function tellState(file: string): CliProblem {
  return {
    code: "state_invalid",
    kind: "trust",
    message: `${file} is not what rbsm wrote: what was seen before cannot be known.`,
    next: "Restore it, or remove it if you know why it changed.",
  };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
