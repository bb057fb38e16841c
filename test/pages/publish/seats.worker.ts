import { env, exports } from "cloudflare:workers";
import type { Role } from "../../../src/domain/account/publisher.ts";
import { ORIGIN } from "../../api/account/calls.worker.ts";
import { operatorToken, type Publisher } from "../../api/publish/market.worker.ts";
import { account, NOW, OWN, people, signIn } from "../people.worker.ts";

/** The operator of this file, for links and accounts. */
export async function openDesk(): Promise<void> {
  people.operator = await operatorToken();
}

/** A session of a new person with that role in the organization. */
export async function seatAs(publisher: Pick<Publisher, "publisherId">, role: Role | null, name: string) {
  const accountId = await account(name);
  if (role !== null)
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?, ?, ?, ?)",
    )
      .bind(Number(publisher.publisherId), Number(accountId), role, NOW())
      .run();
  return { accountId, cookie: await signIn(accountId) };
}

export interface Sending {
  readonly bundle?: Uint8Array<ArrayBuffer>;
  readonly statement?: string;
  readonly act?: "check" | "publish";
}

/** The upload form as a browser sends it. */
export function sendUpload(
  handle: string,
  cookie: string,
  { bundle, statement, act = "publish" }: Sending,
  headers: Record<string, string> = OWN,
): Promise<Response> {
  const form = new FormData();
  form.set("bundle", new File(bundle === undefined ? [] : [bundle], bundle === undefined ? "" : "plugin.rbsm"));
  form.set("statement", new File(statement === undefined ? [] : [statement], "statement.json"));
  form.set("act", act);
  return exports.default.fetch(`${ORIGIN}/publish/${handle}/upload`, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", cookie, ...headers },
    body: form,
  });
}
