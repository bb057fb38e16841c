import type { Appointment } from "@rising-bsm/plugin-sdk";
import { written } from "./days.ts";

/** Letters of one notification. */
const MAX_MESSAGE = 2000;
/** The host writes statuses in either case. */
const NOT_TAKING_PLACE = ["CANCELLED", "COMPLETED", "NO_SHOW"];

export function takesPlace(appointment: Appointment): boolean {
  return !NOT_TAKING_PLACE.includes(appointment.status.toUpperCase());
}

export function byTime(a: Appointment, b: Appointment): number {
  return a.appointmentTime.localeCompare(b.appointmentTime);
}

/** `08:30 Office cleaning, Thomas Berger, Mariahilfer Street 88` */
export function line(appointment: Appointment): string {
  const { appointmentTime, title, customerName, location } = appointment;
  return [`${appointmentTime} ${title}`, customerName, location].filter(Boolean).join(", ");
}

/** The text a customer gets; copy it into an e-mail or a message. */
export function reminderText(appointment: Appointment, company: string): string {
  const greeting = appointment.customerName ? `Dear ${appointment.customerName},` : "Good day,";
  const where = appointment.location ? ` at ${appointment.location}` : "";
  const closing = company === "" ? "Kind regards" : `Kind regards\n${company}`;
  return (
    `${greeting}\n\nthis is a reminder of our appointment "${appointment.title}" on ` +
    `${written(appointment.appointmentDate)} at ${appointment.appointmentTime}${where}.\n\n` +
    `If something has come up, please tell us today.\n\n${closing}`
  );
}

/** One notification for the whole day; long days are cut, never sent in pieces. */
export function overview(day: string, appointments: readonly Appointment[]): { title: string; message: string } {
  const count = appointments.length === 1 ? "1 appointment" : `${appointments.length} appointments`;
  const shown = appointments.slice(0, 10).map(line);
  const more = appointments.length > 10 ? [`and ${appointments.length - 10} more`] : [];
  return {
    title: `Tomorrow, ${written(day)}: ${count}`,
    message: [...shown, ...more].join("\n").slice(0, MAX_MESSAGE),
  };
}
