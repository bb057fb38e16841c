import type { JsonObject } from "../domain/json/json.ts";

/**
 * Rows of the host, as its API shows them. Status columns are free text there: `new` and `NEW` both occur, so compare
 * without case. The enumerations below are what to write.
 */
export type Customer = JsonObject & {
  readonly id: number;
  readonly name: string;
  readonly company?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly address?: string | null;
  readonly postalCode?: string | null;
  readonly city?: string | null;
  readonly country?: string | null;
  readonly vatNumber?: string | null;
  readonly notes?: string | null;
  readonly newsletter?: boolean;
  readonly status: string;
  readonly type?: string;
};

/** Somebody who asked the firm for something. */
export type ContactRequest = JsonObject & {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly phone?: string | null;
  readonly service: string;
  readonly message: string;
  readonly status: string;
  readonly source?: string | null;
  readonly processorId?: number | null;
  readonly customerId?: number | null;
  readonly appointmentId?: number | null;
  readonly createdAt: string;
};

/** A visit, with a customer or without. */
export type Appointment = JsonObject & {
  readonly id: number;
  readonly title: string;
  readonly customerId?: number | null;
  readonly customerName?: string | null;
  /** `YYYY-MM-DD` */
  readonly appointmentDate: string;
  /** `HH:mm` */
  readonly appointmentTime: string;
  /** Minutes. */
  readonly duration?: number;
  readonly location?: string | null;
  readonly status: string;
  readonly service?: string | null;
};

/** What to write as the status of a customer. */
export const CUSTOMER_STATUSES = ["ACTIVE", "INACTIVE", "PENDING", "ARCHIVED", "SUSPENDED", "DELETED"] as const;
/** What to write as the status of a contact request. */
export const REQUEST_STATUSES = ["NEW", "IN_PROGRESS", "COMPLETED", "CANCELLED"] as const;
/** What to write as the status of an appointment. */
export const APPOINTMENT_STATUSES = [
  "PLANNED",
  "CONFIRMED",
  "CANCELLED",
  "IN_PROGRESS",
  "COMPLETED",
  "RESCHEDULED",
  "SCHEDULED",
  "NO_SHOW",
] as const;
