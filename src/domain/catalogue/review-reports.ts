/** Why a review should be looked at. */
export const REVIEW_REPORT_KINDS = ["spam", "abuse", "personal_data", "off_topic", "other"] as const;
export type ReviewReportKind = (typeof REVIEW_REPORT_KINDS)[number];
