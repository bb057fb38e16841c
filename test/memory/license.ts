import type { Activation } from "../../src/domain/license/license.ts";
import { isLive, type License } from "../../src/domain/license/license.ts";
import { NO_LIFE } from "../../src/domain/license/terms.ts";
import type {
  ActivationFacts,
  DeviceRef,
  GrantOrder,
  InstallationFacts,
  LicenseDraft,
  LicenseFacts,
  LicenseKeyRow,
  LicenseRef,
  LicenseStore,
  Offer,
  ReleaseFacts,
  Rights,
  StoredReply,
} from "../../src/market/license/ports.ts";

type Writable<T> = { -readonly [member in keyof T]: T[member] };

/** The license tables, for tests of use cases. Held to the same contract as the store on D1. */
export interface LicenseTables {
  readonly offers: Offer[];
  readonly releases: (ReleaseFacts & { pluginId: string; bundleSha256: string })[];
  readonly members: { publisherId: string; accountId: string }[];
  readonly licenses: (Writable<License> & { rights: Rights })[];
  readonly keys: (LicenseKeyRow & { hash: string; licenseId: string })[];
  readonly activations: (Writable<Activation> & { op: string })[];
  readonly grants: { activationId: string; version: string; permissions: readonly string[] }[];
  readonly claims: { pluginId: string; kind: string; hash: string; licenseId: string }[];
  readonly replies: (StoredReply & { scope: string; key: string; expiresAt: number })[];
  readonly events: { licenseId: string; kind: string; at: number }[];
  readonly webhooks: { licenseId: string; event: string; sequence: number }[];
}

export function emptyLicenseTables(): LicenseTables {
  return {
    offers: [],
    releases: [],
    members: [],
    licenses: [],
    keys: [],
    activations: [],
    grants: [],
    claims: [],
    replies: [],
    events: [],
    webhooks: [],
  };
}

export function licensesInMemory(tables: LicenseTables): LicenseStore {
  const { licenses, activations } = tables;
  const byId = (id: string) => licenses.find((license) => license.id === id);

  function record(licenseId: string, kind: string, event: string, at: number): void {
    tables.events.push({ licenseId, kind, at });
    const sequence = tables.events.filter((entry) => entry.licenseId === licenseId).length;
    tables.webhooks.push({ licenseId, event, sequence });
  }

  function offerOf(license: License): Offer {
    const found = tables.offers.find(
      ({ plugin, instance }) => plugin.id === license.pluginId && instance?.id === license.instanceId,
    );
    if (found === undefined) throw new Error("a license of nothing on offer");
    return found;
  }

  function factsOf(license: License, device: DeviceRef, now: number): LicenseFacts {
    const { plugin, instance } = offerOf(license);
    const own = activations.filter((row) => row.licenseId === license.id);
    const activation =
      own.find((row) => device.jkt !== null && row.deviceJkt === device.jkt) ??
      own.find((row) => device.hardwareId !== null && row.hardwareId === device.hardwareId);
    const latest = tables.releases.filter((release) => release.pluginId === license.pluginId).at(-1);
    return {
      license: { ...license },
      key: tables.keys.find((key) => key.licenseId === license.id) as LicenseKeyRow,
      plugin: { name: plugin.name, state: plugin.state, latestVersion: latest?.version ?? null },
      instance: { state: instance?.state ?? "active", accountId: instance?.accountId ?? "" },
      liveSeats: own.filter((row) => row.seatClass === "paid" && isLive(row, now)).length,
      activation: activation === undefined ? null : { ...activation },
    };
  }

  function lookUp(ref: LicenseRef) {
    if ("licenseId" in ref) return byId(ref.licenseId);
    const key = tables.keys.find(({ hash }) => hash === ref.keyHash);
    return key && byId(key.licenseId);
  }

  function installationOf(activation: Activation): InstallationFacts {
    const license = byId(activation.licenseId);
    if (license === undefined) throw new Error("an installation without a license");
    const { plugin, instance } = offerOf(license);
    return {
      activation: { ...activation },
      license: { ...license },
      pluginName: plugin.name,
      pluginState: plugin.state,
      instance: { state: instance?.state ?? "active", accountId: instance?.accountId ?? "" },
      rights: license.rights,
    };
  }

  function isStanding(license: License, now: number): boolean {
    const end = license.graceUntil ?? license.expiresAt;
    return license.state !== "revoked" && (end === null || end > now);
  }

  function othersLive(order: GrantOrder, seatClass: "paid" | "dev"): number {
    return activations.filter(
      (row) =>
        row.licenseId === order.license.id &&
        row.seatClass === seatClass &&
        row.deviceId !== order.deviceId &&
        isLive(row, order.now),
    ).length;
  }

  function refusalOf(order: GrantOrder): Awaited<ReturnType<LicenseStore["explainRefusal"]>> | null {
    const license = byId(order.license.id);
    const row = activations.find(({ id }) => id === order.activationId);
    if (license === undefined || license.rev !== order.license.rev) return "STATE_CHANGED";
    if (license.state !== "active" || license.startsAt > order.now || !isStanding(license, order.now))
      return "STATE_CHANGED";
    if (row !== undefined && row.installationId !== order.installationId) return "STATE_CHANGED";
    const { idempotency } = order;
    if (tables.replies.some(({ scope, key }) => scope === idempotency?.scope && key === idempotency.key))
      return "IDEMPOTENT";
    const taken = activations.find(
      ({ instanceId, installationId }) => instanceId === license.instanceId && installationId === order.installationId,
    );
    if (taken !== undefined && taken.id !== order.activationId) return "INSTALLATION_TAKEN";
    const isClaimed = tables.claims.some(
      (claim) =>
        claim.pluginId === license.pluginId &&
        claim.kind === "hardware" &&
        claim.hash === order.trialHardwareHash &&
        claim.licenseId !== license.id,
    );
    if (isClaimed) return "TRIAL_ALREADY_USED";
    if (row !== undefined && isLive(row, order.now)) return null;
    const churn = tables.events.filter(
      ({ licenseId, kind, at }) => licenseId === license.id && kind === "activation.granted" && at > order.now - 3600,
    ).length;
    if (churn >= license.activationBudget) return "ACTIVATION_BUDGET";
    const hasDev = order.environment !== "production" && othersLive(order, "dev") < (license.devSeats ?? Infinity);
    return hasDev || license.seatCap === null || othersLive(order, "paid") < license.seatCap ? null : "SEAT_LIMIT";
  }

  function seat(order: GrantOrder): Writable<Activation> & { op: string } {
    const license = byId(order.license.id) as License;
    const row = activations.find(({ id }) => id === order.activationId);
    const wasLive = row !== undefined && isLive(row, order.now);
    const isDev = order.environment !== "production" && othersLive(order, "dev") < (license.devSeats ?? Infinity);
    const seated = {
      id: order.activationId,
      licenseId: license.id,
      instanceId: license.instanceId,
      installationId: order.installationId,
      deviceId: order.deviceId,
      deviceJkt: order.deviceJkt ?? row?.deviceJkt ?? null,
      formerJkt: row?.formerJkt ?? null,
      hardwareId: order.hardwareId,
      environment: order.environment,
      origin: order.origin ?? row?.origin ?? null,
      label: order.label ?? row?.label ?? null,
      seatKey: license.seatScope === "user" ? order.seatUser : "",
      temporaryUntil: order.temporaryUntil,
      seatClass: wasLive ? row.seatClass : isDev ? ("dev" as const) : ("paid" as const),
      isOver: wasLive ? row.isOver : license.maxInstalls !== null && othersLive(order, "paid") >= license.maxInstalls,
      version: order.version,
      generation: (row?.generation ?? 0) + (wasLive ? 0 : 1),
      grantedAt: wasLive ? row.grantedAt : order.now,
      leaseIat: order.now,
      leaseUntil: Math.max(row?.leaseUntil ?? 0, order.leaseUntil),
      leaseEpoch: license.epoch,
      jti: order.jti,
      previousJti: row?.jti ?? null,
      lastSeenAt: order.now,
      pausedAt: row?.pausedAt ?? null,
      releasedAt: null,
      releaseReason: null,
      op: wasLive ? row.op : order.op,
    };
    if (row === undefined) activations.push(seated);
    else Object.assign(row, seated);
    return seated;
  }

  function addLicense(draft: LicenseDraft): string {
    const id = String(licenses.length + 1);
    const { terms } = draft;
    licenses.push({
      id,
      uuid: draft.uuid,
      instanceId: draft.instanceId,
      pluginId: draft.pluginId,
      publisherId: draft.publisherId,
      userId: draft.userId,
      type: draft.type,
      state: draft.state,
      stateReason: null,
      issuedAt: draft.now,
      startsAt: draft.startsAt,
      expiresAt: draft.expiresAt,
      graceUntil: null,
      renewalBasis: "later",
      fallback: false,
      fallbackUntil: null,
      maxInstalls: terms.maxInstalls,
      seatCap: terms.maxInstalls,
      devSeats: terms.devSeats,
      uniqueness: "license",
      seatMode: "node",
      seatScope: "license",
      drift: "majority",
      leaseTtl: 604_800,
      refreshSeconds: 86_400,
      reviveWindow: 604_800,
      offlineDays: draft.terms.offlineDays,
      hardwareId: draft.hardwareId,
      activationBudget: 20,
      epoch: 1,
      rev: 1,
      lastVerifiedAt: null,
      life: { ...NO_LIFE, billingGraceSeconds: terms.billingGraceSeconds },
      isTest: draft.isTest,
      rights: rightsOf(terms),
    });
    const { hash, hint, sealed } = draft.key;
    tables.keys.push({ hash, hint, sealed, state: "current", validUntil: null, licenseId: id });
    for (const claim of draft.claims) tables.claims.push({ pluginId: draft.pluginId, ...claim, licenseId: id });
    record(id, "license.created", "license.created", draft.now);
    return id;
  }

  return {
    async find(ref, device, now) {
      const license = lookUp(ref);
      return license === undefined ? null : factsOf(license, device, now);
    },
    async findWithInstance() {
      throw new Error("callers are proven on D1 only");
    },
    async findForActivation(ref, device, asked, idempotency, now): Promise<ActivationFacts | null> {
      const license = lookUp(ref);
      if (license === undefined) return null;
      const release = tables.releases.find(
        ({ pluginId, version, bundleSha256 }) =>
          pluginId === license.pluginId &&
          (asked.version ?? version) === version &&
          (asked.bundleSha256 ?? bundleSha256) === bundleSha256,
      );
      const isAsked = asked.version !== null || asked.bundleSha256 !== null;
      const stored = tables.replies.find(
        ({ scope, key, expiresAt }) => scope === idempotency?.scope && key === idempotency.key && expiresAt > now,
      );
      return {
        ...factsOf(license, device, now),
        callerSecret: "sealed",
        rights: license.rights,
        release: isAsked && release !== undefined ? release : null,
        stored: stored ?? null,
      };
    },
    async findOffer(pluginId, instanceId) {
      const offers = tables.offers.filter(({ plugin }) => plugin.id === pluginId);
      const exact = offers.find(({ instance }) => instance?.id === instanceId);
      return exact ?? (offers[0] === undefined ? null : { ...offers[0], instance: null });
    },
    async isPublisherMember(publisherId, accountId) {
      return tables.members.some((member) => member.publisherId === publisherId && member.accountId === accountId);
    },
    async listByUser(instanceId, userId, now) {
      return licenses
        .filter((license) => license.instanceId === instanceId && license.userId === userId)
        .map((license) => factsOf(license, { hardwareId: null, jkt: null }, now))
        .reverse();
    },
    async rightsOf(licenseId) {
      return byId(licenseId)?.rights ?? { entitlements: [], limits: {} };
    },
    async manifestOf() {
      return null;
    },
    async usageOf() {
      return {};
    },
    async issue(draft) {
      const { now } = draft;
      const existing = licenses.find(
        (license) =>
          license.instanceId === draft.instanceId &&
          license.userId === draft.userId &&
          license.pluginId === draft.pluginId &&
          isStanding(license, now),
      );
      if (existing !== undefined)
        return { kind: "already_licensed", facts: factsOf(existing, { hardwareId: null, jkt: null }, now) };
      const isUsed = tables.claims.some((held) =>
        draft.claims.some(
          (claim) => held.pluginId === draft.pluginId && held.kind === claim.kind && held.hash === claim.hash,
        ),
      );
      return isUsed ? { kind: "trial_used" } : { kind: "issued", licenseId: addLicense(draft) };
    },
    async change({ license, patch, kind, now }) {
      const row = byId(license.id);
      if (row === undefined || row.rev !== license.rev) return false;
      const { terms, releaseSeats, isLeaseVisible, ...columns } = patch;
      Object.assign(row, columns);
      if (terms !== undefined)
        Object.assign(row, { maxInstalls: terms.maxInstalls, seatCap: terms.maxInstalls, rights: rightsOf(terms) });
      if (releaseSeats !== undefined)
        for (const seat of activations)
          if (seat.licenseId === row.id && seat.releasedAt === null)
            Object.assign(seat, { releasedAt: now, releaseReason: releaseSeats });
      row.rev += 1;
      row.epoch += isLeaseVisible ? 1 : 0;
      record(row.id, kind, patch.state === "revoked" ? "license.revoked" : "license.updated", now);
      return true;
    },
    async planConflict() {
      return null;
    },
    async findByOrder(orderId) {
      return licenses.find(({ life }) => life.orderId === orderId)?.id ?? null;
    },
    async touch(licenseId, now) {
      const license = byId(licenseId);
      if (license !== undefined && (license.lastVerifiedAt ?? 0) <= now - 3600) license.lastVerifiedAt = now;
    },
    async noteKeysOpened() {},
    async grant(order) {
      if (refusalOf(order) !== null) return null;
      const row = seat(order);
      const isNew = row.op === order.op;
      if (isNew) record(row.licenseId, "activation.granted", "license.updated", order.now);
      const { consent, idempotency } = order;
      if (consent !== null)
        tables.grants.push({ activationId: row.id, version: order.version, permissions: consent.permissions });
      const code = row.isOver && order.reply.code === "VALID" ? "OVERAGE" : order.reply.code;
      const seatView = { class: row.seatClass, overage: row.isOver, generation: row.generation };
      const body = JSON.stringify({ ...order.reply, code, seat: seatView });
      const status = isNew ? 201 : 200;
      if (idempotency !== null) tables.replies.push({ ...idempotency, status, body, expiresAt: order.now + 86_400 });
      return { status, body };
    },
    async explainRefusal(order) {
      return refusalOf(order) ?? "SEAT_LIMIT";
    },
    async refresh(order) {
      const row = activations.find(({ id }) => id === order.activationId);
      const license = row && byId(row.licenseId);
      if (row === undefined || license === undefined || row.releasedAt !== null) return false;
      if (row.jti !== order.presentedJti || license.rev !== order.license.rev || license.state !== "active")
        return false;
      const wasLive = isLive(row, order.now);
      const others = activations.filter(
        (other) => other.licenseId === license.id && other.id !== row.id && isLive(other, order.now),
      ).length;
      const isRevivable =
        row.leaseUntil > order.now - license.reviveWindow && (license.seatCap === null || others < license.seatCap);
      if (!wasLive && !isRevivable) return false;
      if (!wasLive) record(license.id, "activation.revived", "license.updated", order.now);
      Object.assign(row, {
        generation: row.generation + (wasLive ? 0 : 1),
        previousJti: row.jti,
        jti: order.jti,
        leaseIat: order.now,
        leaseEpoch: license.epoch,
        lastSeenAt: order.now,
        leaseUntil: Math.max(row.leaseUntil, order.leaseUntil),
      });
      return true;
    },
    async release(activationId, reason, _actor, _op, now) {
      const row = activations.find(({ id }) => id === activationId);
      if (row === undefined || row.releasedAt !== null) return false;
      Object.assign(row, { releasedAt: now, releaseReason: reason });
      record(row.licenseId, "activation.released", "license.updated", now);
      return true;
    },
    async pause(activationId, pausedAt, _actor, _op, now) {
      const row = activations.find(({ id }) => id === activationId);
      if (row === undefined || row.releasedAt !== null || (row.pausedAt === null) === (pausedAt === null)) return;
      row.pausedAt = pausedAt;
      record(row.licenseId, pausedAt === null ? "activation.resumed" : "activation.paused", "license.updated", now);
    },
    async seen(activationId, _appVersion, now) {
      const row = activations.find(({ id }) => id === activationId);
      if (row !== undefined && row.lastSeenAt <= now - 900) row.lastSeenAt = now;
    },
    async installation(ref) {
      const row = activations.find((activation) =>
        "activationId" in ref
          ? activation.id === ref.activationId
          : activation.instanceId === ref.instanceId && activation.installationId === ref.installationId,
      );
      return row === undefined ? null : installationOf(row);
    },
    async installationsOf(instanceId) {
      return activations.filter((row) => row.instanceId === instanceId).map(installationOf);
    },
    async installationsOfLicense(licenseId) {
      return activations.filter((row) => row.licenseId === licenseId).map(installationOf);
    },
  };
}

function rightsOf(terms: LicenseDraft["terms"]): Rights {
  return {
    entitlements: [...terms.features].sort(),
    limits: { apiCalls: terms.apiCalls ?? -1, storage: terms.storageMb ?? -1, users: terms.users ?? -1 },
  };
}
