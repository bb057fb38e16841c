import type { Hono } from "hono";
import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import { ok, refuse } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { appendKeyEvent } from "../../market/account/append-key-event.ts";
import { changeInstance } from "../../market/account/change-instance.ts";
import { createAccount } from "../../market/account/create-account.ts";
import { enrollKey } from "../../market/account/enroll-key.ts";
import { listKeyEvents } from "../../market/account/list-key-events.ts";
import { listPublisherKeys } from "../../market/account/list-publisher-keys.ts";
import { offerKey } from "../../market/account/offer-key.ts";
import { makeSignInLink } from "../../market/account/one-time-link.ts";
import { registerInstance } from "../../market/account/register-instance.ts";
import { rotateInstance } from "../../market/account/rotate-instance.ts";
import { setUp } from "../../market/account/set-up.ts";
import { showTrustList } from "../../market/account/show-trust-list.ts";
import { refuseWithoutPerson } from "../../market/account/step-up.ts";
import { whoAmI } from "../../market/account/who-am-i.ts";
import { changeInstanceMode } from "../../market/execution/pull-actions.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { showCutKey, showIdentity, showInstance, showKeyEvent } from "./present.ts";

export function registerAccountRoutes(app: Hono<ApiEnv>): void {
  route(app, ACCOUNT_OPERATIONS.setup, async ({ world, request, body }) => {
    const made = await setUp(world, request.headers.get("authorization"), body.name);
    return made.ok ? ok({ status: 201, body: made.value }) : made;
  });

  route(app, ACCOUNT_OPERATIONS.createAccount, async ({ world, principal, body }) => {
    const made = await createAccount(world, accountOf(principal), body);
    return made.ok ? ok({ status: 201, body: made.value }) : made;
  });

  route(app, ACCOUNT_OPERATIONS.makeSignInLink, async ({ world, principal, params }) => {
    const made = await makeSignInLink(world, callerOf(principal), params.id as string);
    if (!made.ok) return made;
    return ok({ status: 201, body: { url: made.value.url, expiresAt: isoTime(made.value.expiresAt) } });
  });

  route(app, ACCOUNT_OPERATIONS.enrollKey, async ({ world, principal, params, body }) => {
    const enrolled = await enrollKey(world, accountOf(principal), params.handle as string, body);
    return enrolled.ok ? ok({ status: 201, body: { keyId: enrolled.value.keyId, state: "active" } }) : enrolled;
  });

  route(app, ACCOUNT_OPERATIONS.listPublisherKeys, async ({ world, params }) => {
    const keys = await listPublisherKeys(world, params.handle as string);
    if (!keys.ok) return keys;
    const body = { publisher: params.handle, keys: keys.value.map(showCutKey) };
    return ok({ body, headers: { "cache-control": "public, max-age=60" } });
  });

  route(app, ACCOUNT_OPERATIONS.offerKey, async ({ world, principal, params, body }) => {
    const unproven = await refuseWithoutPerson(world, callerOf(principal));
    if (unproven !== null) return refuse(unproven);
    const offered = await offerKey(world, accountOf(principal), params.handle as string, body.publicKey);
    if (!offered.ok) return offered;
    const { keyId, nonce, expiresAt } = offered.value;
    return ok({ status: 201, body: { keyId, state: "pending", nonce, expiresAt: isoTime(expiresAt) } });
  });

  route(app, ACCOUNT_OPERATIONS.appendKeyEvent, async ({ world, principal, params, body }) => {
    const appended = await appendKeyEvent(world, accountOf(principal), params.handle as string, body);
    return appended.ok ? ok({ status: 201, body: appended.value }) : appended;
  });

  route(app, ACCOUNT_OPERATIONS.listKeyEvents, async ({ world, params }) => {
    const events = await listKeyEvents(world, params.handle as string);
    if (!events.ok) return events;
    const body = { publisher: params.handle, events: events.value.map(showKeyEvent) };
    return ok({ body, headers: { "cache-control": "no-cache" } });
  });

  route(app, ACCOUNT_OPERATIONS.registerInstance, async ({ world, principal, body }) => {
    const { mode = "push", ...fields } = body;
    const registered = await registerInstance(world, accountOf(principal), fields);
    if (registered.ok && mode === "pull") await changeInstanceMode(world, registered.value.instanceId, mode);
    return registered.ok ? ok({ status: 201, body: registered.value }) : registered;
  });

  route(app, ACCOUNT_OPERATIONS.changeInstance, async ({ world, principal, params, body }) => {
    const changed = await changeInstance(world, callerOf(principal), params.id as string, body);
    return changed.ok ? ok({ body: showInstance(changed.value) }) : changed;
  });

  route(app, ACCOUNT_OPERATIONS.rotateInstance, async ({ world, principal, body }) => {
    const rotated = await rotateInstance(world, principal, body.instanceId);
    return rotated.ok ? ok({ body: rotated.value }) : rotated;
  });

  route(app, ACCOUNT_OPERATIONS.whoami, async ({ world, principal }) => {
    const identity = await whoAmI(world, principal);
    return identity.ok ? ok({ body: showIdentity(identity.value, world.site.marketplace) }) : identity;
  });

  route(app, ACCOUNT_OPERATIONS.trustList, async ({ world }) => {
    const list = await showTrustList(world);
    return list.ok ? ok({ body: list.value, headers: { "cache-control": "public, max-age=300" } }) : list;
  });
}

function callerOf(principal: Principal): AccountPrincipal {
  if (principal.kind !== "account") throw new Error("an account operation was called without an account");
  return principal;
}

/** Operations of `caller.kind: "account"` are only reached with a token or in a session. */
function accountOf(principal: Principal): string {
  return callerOf(principal).accountId;
}
