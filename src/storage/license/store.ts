import { unixSeconds } from "../../domain/time.ts";
import type { LicenseStore } from "../../market/license/ports.ts";
import type { Clock } from "../../market/ports.ts";
import { applyDue } from "./due-changes.ts";
import { explainRefusal, grantSeat } from "./grant.ts";
import {
  findInstallation,
  listInstallations,
  markSeen,
  pauseInstallation,
  refreshLease,
  releaseSeat,
} from "./installations.ts";
import {
  findForActivation,
  findLicense,
  findOffer,
  findWithInstance,
  isPublisherMember,
  listByUser,
  manifestOf,
  rightsOf,
  usageOf,
} from "./read-licenses.ts";
import {
  changeLicense,
  findByOrder,
  issueLicense,
  noteKeysOpened,
  planConflict,
  touchLicense,
} from "./write-licenses.ts";

/** Licenses and installations on D1. Reads go to the primary: a stale answer about a right is a wrong answer. */
export function createLicenseStore(db: D1Database, clock: Clock): LicenseStore {
  return {
    async find(ref, device, now) {
      const read = () => findLicense(db, ref, device, now);
      const facts = await read();
      return (await applyDue(db, facts?.license, now)) ? read() : facts;
    },
    async findWithInstance(apiKey, keyHash, device, now) {
      const read = () => findWithInstance(db, apiKey, keyHash, device, now);
      const found = await read();
      return (await applyDue(db, found?.facts?.license, now)) ? read() : found;
    },
    async findForActivation(ref, device, asked, idempotency, now) {
      const read = () => findForActivation(db, ref, device, asked, idempotency, now);
      const facts = await read();
      return (await applyDue(db, facts?.license, now)) ? read() : facts;
    },
    findOffer: (pluginId, instanceId) => findOffer(db, pluginId, instanceId),
    isPublisherMember: (publisherId, accountId) => isPublisherMember(db, publisherId, accountId),
    listByUser: (instanceId, userId, now) => listByUser(db, instanceId, userId, now),
    rightsOf: (licenseId) => rightsOf(db, licenseId, unixSeconds(clock.now())),
    manifestOf: (pluginId, version) => manifestOf(db, pluginId, version),
    usageOf: (licenseId, period) => usageOf(db, licenseId, period),
    issue: (draft) => issueLicense(db, draft),
    change: (change) => changeLicense(db, change),
    planConflict: (license, patch, now) => planConflict(db, license, patch, now),
    findByOrder: (orderId) => findByOrder(db, orderId),
    touch: (licenseId, now) => touchLicense(db, licenseId, now),
    noteKeysOpened: (instanceId, now) => noteKeysOpened(db, instanceId, now),
    grant: (order) => grantSeat(db, order),
    explainRefusal: (order) => explainRefusal(db, order),
    refresh: (order) => refreshLease(db, order),
    release: (activationId, reason, actor, op, now, proof) =>
      releaseSeat(db, activationId, reason, actor, op, now, proof),
    pause: (activationId, pausedAt, actor, op, now) => pauseInstallation(db, activationId, pausedAt, actor, op, now),
    seen: (activationId, appVersion, now) => markSeen(db, activationId, appVersion, now),
    async installation(ref) {
      const now = unixSeconds(clock.now());
      const facts = await findInstallation(db, ref, now);
      return (await applyDue(db, facts?.license, now)) ? findInstallation(db, ref, now) : facts;
    },
    installationsOf: (instanceId) => listInstallations(db, { instanceId }, unixSeconds(clock.now())),
    installationsOfLicense: (licenseId) => listInstallations(db, { licenseId }, unixSeconds(clock.now())),
  };
}
