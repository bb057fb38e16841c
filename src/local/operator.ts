import { readFile } from "node:fs/promises";
import path from "node:path";
import { type DataFolder, LaunchError, writePrivate } from "./data-folder.ts";

/**
 * The first operator of a marketplace without a demo, and a link that signs them in once. Its token is kept in
 * `operator.json` (0600), so that every later start can print a new link.
 */
export async function setUpOperator(origin: string, data: DataFolder, setupSecret: string): Promise<string | null> {
  const file = path.join(data.root, "operator.json");
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return newLink(origin, (JSON.parse(kept) as { token: string }).token);
  const demo = await readFile(data.demoFile, "utf8").catch(() => null);
  if (demo !== null) return newLink(origin, (JSON.parse(demo) as { operator: { token: string } }).operator.token);
  const made = await post(origin, "/v1/setup", setupSecret, { name: "Operator" });
  // Somebody made the operator by hand: then they have their own way in.
  if (made.status === 409) return null;
  if (made.status !== 201) throw new LaunchError(`POST /v1/setup answered ${made.status}.`);
  await writePrivate(file, { token: made.body.token });
  return made.body.link as string;
}

async function newLink(origin: string, token: string): Promise<string | null> {
  const answer = await fetch(`${origin}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) return null;
  const { account } = (await answer.json()) as { account: { id: string } };
  const made = await post(origin, `/v1/desk/accounts/${account.id}/links`, token);
  return made.status === 201 ? (made.body.url as string) : null;
}

async function post(
  origin: string,
  target: string,
  bearer: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${origin}${target}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
