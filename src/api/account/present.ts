import { isoTime } from "../../domain/time.ts";
import type { CutKey, StoredKeyEvent } from "../../market/account/key-ports.ts";
import type { ListedToken, StoredInstance, StoredKey } from "../../market/account/ports.ts";
import type { Identity } from "../../market/account/who-am-i.ts";

export function showInstance(instance: StoredInstance): object {
  return {
    instanceId: instance.id,
    name: instance.name,
    url: instance.url,
    appVersion: instance.appVersion,
    webhookUrl: instance.webhookUrl,
    apiUrl: instance.apiUrl,
    keyShape: instance.keyShape,
    apiKey: instance.apiKey,
    ...(instance.publisherHandle === null ? {} : { publisher: instance.publisherHandle }),
    ...(instance.organizationHandle ? { organization: instance.organizationHandle } : {}),
    hasHostApiKey: instance.hostApiKeySealed !== null,
    state: instance.isSuspended ? "suspended" : "active",
    webhook: {
      state: instance.webhookPausedAt === null ? "active" : "paused",
      refusals: instance.webhookFailures,
      ...(instance.webhookPausedAt === null ? {} : { pausedAt: isoTime(instance.webhookPausedAt) }),
    },
    createdAt: isoTime(instance.createdAt),
  };
}

export function showKey({ keyId, publicKey, state }: StoredKey): object {
  return { keyId, publicKey, state };
}

/** With its cuts once it has left service. */
export function showCutKey({ keyId, publicKey, state, cuts }: CutKey): object {
  return { keyId, publicKey, state, ...(state === "active" ? {} : { cuts }) };
}

export function showKeyEvent({ at, envelope, ...event }: StoredKeyEvent): object {
  return { ...event, at: isoTime(at), envelope: JSON.parse(envelope) };
}

export function showIdentity(identity: Identity, marketplace: string): object {
  if (identity.kind === "instance")
    return { kind: identity.kind, marketplace, instance: showInstance(identity.instance) };
  const { account, token, publishers } = identity;
  const { email, ...rest } = account;
  return {
    kind: identity.kind,
    marketplace,
    account: { ...rest, ...(email === null ? {} : { email }) },
    token: {
      kind: token.kind,
      scopes: token.scopes,
      ...(token.plugins === null ? {} : { plugins: token.plugins }),
      hint: token.hint,
      expiresAt: isoTime(token.expiresAt),
    },
    publishers: publishers.map(({ keys, ...publisher }) => ({ ...publisher, keys: keys.map(showKey) })),
  };
}

export function showToken({ id, createdAt, expiresAt, plugins, ipRanges, ...token }: ListedToken): object {
  return {
    tokenId: id,
    ...token,
    ...(plugins === null ? {} : { plugins }),
    ...(ipRanges === null ? {} : { ipRanges }),
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
  };
}
