import {
  DEVICE_GRANT,
  DEVICE_INTERVAL_SECONDS,
  DEVICE_SECONDS,
  type DeviceError,
  makeDeviceCode,
  makeUserCode,
  readUserCode,
} from "../../domain/account/device.ts";
import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { isDangerous } from "../../domain/account/rights.ts";
import { SCOPES, type Scope } from "../../domain/account/scopes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { issueToken } from "./issue-token.ts";
import { MAX_TOKENS } from "./manage-tokens.ts";
import type { DeviceRequest } from "./people-ports.ts";
import { refuseWithoutProof } from "./step-up.ts";

export interface DeviceAsked {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresIn: number;
  readonly interval: number;
}

/** RFC 8628 §3.1: a tool asks, naming itself and the scopes it would like. Nothing it says is believed, all of it is shown. */
export async function askForDevice(
  world: Pick<World, "devices" | "chance" | "clock" | "site">,
  request: { readonly client: string; readonly scopes: readonly Scope[]; readonly address: string | null },
): Promise<DeviceAsked> {
  const now = unixSeconds(world.clock.now());
  const draw = (length: number) => world.chance.bytes(length);
  const deviceCode = makeDeviceCode(draw);
  const userCode = makeUserCode(draw);
  await world.devices.ask({
    ...request,
    deviceHash: await sha256Hex(deviceCode),
    userCodeHash: await hashOfUserCode(userCode),
    createdAt: now,
    expiresAt: now + DEVICE_SECONDS,
  });
  return {
    deviceCode,
    userCode,
    verificationUri: `${world.site.origin}/device`,
    expiresIn: DEVICE_SECONDS,
    interval: DEVICE_INTERVAL_SECONDS,
  };
}

/** What waits behind a user code, for the page that asks the person; cut to what that person may give at all. */
export async function lookAtDevice(
  world: Pick<World, "devices" | "clock">,
  person: AccountPrincipal,
  userCode: string,
): Promise<(DeviceRequest & { readonly granted: readonly Scope[] }) | null> {
  if (readUserCode(userCode) === null) return null;
  const now = unixSeconds(world.clock.now());
  const found = await world.devices.findByUserCode(await hashOfUserCode(userCode), now);
  return found === null ? null : { ...found, granted: grantable(person, found.scopes) };
}

/** The person in a session says yes or no; scopes that reach others need a fresh passkey proof. */
export async function decideDevice(
  world: Pick<World, "devices" | "clock" | "site">,
  person: AccountPrincipal,
  userCode: string,
  isApproved: boolean,
): Promise<Result<null, Problem<"NOT_FOUND" | "proof_required">>> {
  const found = await lookAtDevice(world, person, userCode);
  if (found === null) return refuse({ reason: "NOT_FOUND" });
  const unproven = isApproved && found.granted.some(isDangerous) ? refuseWithoutProof(world, person) : null;
  if (unproven !== null) return refuse(unproven);
  const now = unixSeconds(world.clock.now());
  const hash = await hashOfUserCode(userCode);
  const isDecided = await world.devices.decide(hash, person.accountId, isApproved ? found.granted : null, now);
  return isDecided ? ok(null) : refuse({ reason: "NOT_FOUND" });
}

export interface DeviceToken {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly scopes: readonly string[];
}

/** RFC 8628 §3.4: one poll. Too early is judged by the poll before this one, so a patient tool is never told twice. */
export async function redeemDevice(
  world: Pick<World, "devices" | "chance" | "clock">,
  grantType: string,
  deviceCode: string,
): Promise<Result<DeviceToken, DeviceError>> {
  if (grantType !== DEVICE_GRANT) return refuse("unsupported_grant_type");
  const now = unixSeconds(world.clock.now());
  const deviceHash = await sha256Hex(deviceCode);
  const polled = await world.devices.poll(deviceHash, now);
  if (polled === null) return refuse("invalid_grant");
  if (polled.expiresAt <= now) return refuse("expired_token");
  if (polled.pollBefore !== null && now - polled.pollBefore < DEVICE_INTERVAL_SECONDS) return refuse("slow_down");
  if (polled.state === "pending") return refuse("authorization_pending");
  if (polled.state === "denied") return refuse("access_denied");
  const scopes = SCOPES.filter((scope) => polled.scopes.includes(scope));
  const kind = polled.isOperator && scopes.some((scope) => scope.startsWith("desk:")) ? "adm" : "pat";
  const { text, row } = await issueToken(world.chance, kind, scopes, polled.client, now);
  const isRedeemed = await world.devices.redeem(deviceHash, row, MAX_TOKENS, now);
  if (!isRedeemed) return refuse("invalid_grant");
  return ok({ accessToken: text, expiresIn: row.expiresAt - now, scopes });
}

function grantable(person: AccountPrincipal, asked: readonly string[]): readonly Scope[] {
  return person.token.scopes.filter((scope) => asked.includes(scope));
}

function hashOfUserCode(text: string): Promise<string> {
  return sha256Hex(`device:${readUserCode(text)}`);
}
