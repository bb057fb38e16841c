/** Licenses on the device: leases verified offline, refreshed in time, judged by a clock that cannot be turned back. */
export type { Credentials } from "../credentials.ts";
export type { Fetch, FetchInit, FetchResponse } from "../http.ts";
export type { ActivationRequest } from "./ask.ts";
export type { LeaseClaims, ReplyBinding } from "./claims.ts";
export { type JudgedTime, judgeTime, learnTime, NO_TIME, passTime, type TimeMemory } from "./clock.ts";
export {
  classOfCode,
  createLicenseGuard,
  type LicenseGuard,
  type LicenseGuardOptions,
  type LicenseStatus,
} from "./guard.ts";
export { type LicenseStorage, memoryStorage } from "./memory.ts";
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
