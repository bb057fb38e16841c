import type { LicenseStore } from "../../market/license/ports.ts";
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
export function createLicenseStore(db: D1Database): LicenseStore {
  return {
    find: (ref, device, now) => findLicense(db, ref, device, now),
    findWithInstance: (apiKey, keyHash, device, now) => findWithInstance(db, apiKey, keyHash, device, now),
    findForActivation: (ref, device, asked, idempotency, now) =>
      findForActivation(db, ref, device, asked, idempotency, now),
    findOffer: (pluginId, instanceId) => findOffer(db, pluginId, instanceId),
    isPublisherMember: (publisherId, accountId) => isPublisherMember(db, publisherId, accountId),
    listByUser: (instanceId, userId, now) => listByUser(db, instanceId, userId, now),
    rightsOf: (licenseId) => rightsOf(db, licenseId),
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
    installation: (ref) => findInstallation(db, ref),
    installationsOf: (instanceId) => listInstallations(db, { instanceId }),
    installationsOfLicense: (licenseId) => listInstallations(db, { licenseId }),
  };
}
