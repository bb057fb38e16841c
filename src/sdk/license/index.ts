/** Licenses on the device: leases verified offline, refreshed in time, judged by a clock that cannot be turned back. */
export type { Credentials } from "../credentials.ts";
export type { Fetch, FetchInit, FetchResponse } from "../http.ts";
export type { ActivationRequest } from "./ask.ts";
export type { LeaseClaims, ReplyBinding } from "./claims.ts";
export { type JudgedTime, judgeTime, learnTime, NO_TIME, passTime, type TimeMemory } from "./clock.ts";
export { type Command, verifyCommand } from "./commands.ts";
export { classOfCode, createLicenseGuard } from "./guard.ts";
export { type KeySetFault, keysOf, type RootKey, reopenKeySet, takeKeySet } from "./key-set.ts";
export { type LicenseStorage, memoryStorage } from "./memory.ts";
export {
  type DeviceIdentity,
  makeOfflineRelease,
  makeOfflineRequest,
  openAnswer,
  type RequestFile,
  thumbprintOf,
} from "./offline.ts";
export type { LicenseGuard, LicenseGuardOptions, LicenseStatus } from "./options.ts";
export { ageOfList, type KeptList, type ListPolicy, standingOnList, takeList } from "./revocations.ts";
export { type Attempt, nextRefresh } from "./schedule.ts";
export {
  type LeaseExpectation,
  type LeaseKey,
  LOCAL_CODES,
  type LocalCode,
  type Verdict,
  verifyLease,
  verifyVerdict,
} from "./verify-lease.ts";
