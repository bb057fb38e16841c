import { DAY } from "../time.ts";

/** Why a release is taken out; the words of the revocation list. */
export const BLOCK_CODES = [
  "malware",
  "credential_theft",
  "data_exfiltration",
  "vulnerability",
  "policy",
  "impersonation",
  "legal",
  "broken",
] as const;
export type BlockCode = (typeof BLOCK_CODES)[number];

/** A block that nobody else confirms within this time lapses: the release is yanked instead. */
export const CONFIRM_SECONDS = DAY;
/** Where two people of the desk approve: more live installations than this. */
export const TWO_PEOPLE_ABOVE = 1000;
/** How long a release waits for its publisher's approval before it is rejected. */
export const REVIEW_SECONDS = 14 * DAY;
/** How long the bytes of a rejected release stay. */
export const REJECTED_SECONDS = 90 * DAY;
/** How long a rejection can be appealed. */
export const APPEAL_SECONDS = 14 * DAY;
export const APPEAL_WORKING_DAYS = 5;
/** Growth is refused for so long after a plugin changed hands. */
export const GROWTH_REFUSED_SECONDS = 30 * DAY;
