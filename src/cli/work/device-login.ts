import { DEVICE_OPERATIONS } from "../../contract/account/device-operations.ts";
import { DEVICE_GRANT, type DeviceError } from "../../domain/account/device.ts";
import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { type Marketplace, parseOrigin } from "./marketplace.ts";

export interface DeviceLogin {
  readonly origin: string;
  readonly scopes: readonly string[];
  /** The person is told where to go and what to type. */
  readonly tell: (asked: { readonly userCode: string; readonly page: string; readonly link: string }) => void;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

const POLL_TIMEOUT_MS = 30_000;
const { askForDevice, redeemDevice } = DEVICE_OPERATIONS;

/** A token that the person approves in a browser (RFC 8628): asks, tells, polls until it is decided or late. */
export async function deviceLogin({ origin, scopes, tell, sleep = wait }: DeviceLogin): Promise<Outcome<string>> {
  const parsed = parseOrigin(origin);
  if (!parsed.ok) return parsed;
  const marketplace: Marketplace = { origin: parsed.value, token: null, trust: null };
  const asked = await ask(marketplace, askForDevice, { json: { client_id: "rbsm", scope: scopes.join(" ") } });
  if (!asked.ok) return asked;
  const { body } = asked.value;
  tell({ userCode: body.user_code, page: body.verification_uri, link: body.verification_uri_complete });
  let seconds = body.interval;
  for (let left = body.expires_in; left > 0; left -= seconds) {
    await sleep(seconds * 1000);
    const answer = await poll(parsed.value, body.device_code);
    if (typeof answer !== "string") return ok(answer.token);
    // §3.5: five seconds more, for this and all later polls.
    if (answer === "slow_down") seconds += 5;
    else if (answer !== "authorization_pending" && answer !== "unreachable") return refused(parsed.value, answer);
  }
  return refused(parsed.value, "expired_token");
}

async function poll(
  origin: string,
  deviceCode: string,
): Promise<{ readonly token: string } | DeviceError | "unreachable"> {
  const response = await fetch(new URL(redeemDevice.path, origin), {
    method: redeemDevice.method,
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ grant_type: DEVICE_GRANT, device_code: deviceCode }),
    redirect: "error",
    signal: AbortSignal.timeout(POLL_TIMEOUT_MS),
  }).catch(() => null);
  // §3.5: a connection that fails is tried again.
  if (response === null || response.status >= 500 || response.status === 429) return "unreachable";
  const text = await response.json().catch(() => null);
  const success = redeemDevice.answers[200].safeParse(text);
  if (response.ok && success.success) return { token: success.data.access_token };
  const failure = redeemDevice.answers[400].safeParse(text);
  return failure.success ? failure.data.error : "invalid_grant";
}

const SAID: { readonly [K in DeviceError]?: string } = {
  access_denied: "You said no in the browser.",
  expired_token: "Nobody approved the code in time.",
};

function refused(origin: string, error: DeviceError): { readonly ok: false; readonly problem: CliProblem } {
  return {
    ok: false,
    problem: {
      code: error,
      kind: "auth",
      message: SAID[error] ?? `${origin} gave no token (${error}).`,
      next: `Run rbsm login --marketplace ${origin} again.`,
    },
  };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
