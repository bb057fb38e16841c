import { handlerRefusal, mayUserOfKey } from "./access.ts";
import { invalid, nestedResponse, serviceError, success } from "./envelopes.ts";
import { pageOf, withPagination } from "./paging.ts";
import {
  changeRow,
  equalFilters,
  findRow,
  type HostRoute,
  insertRow,
  isAnswer,
  missingFields,
  searchRows,
} from "./route.ts";
import type { Row } from "./state.ts";

const STATUSES = [
  "PLANNED",
  "CONFIRMED",
  "CANCELLED",
  "IN_PROGRESS",
  "COMPLETED",
  "RESCHEDULED",
  "SCHEDULED",
  "NO_SHOW",
];

export const APPOINTMENT_ROUTES: readonly HostRoute[] = [
  { method: "GET", path: "/appointments/count", access: "key", answer: () => nestedResponse(200) },
  {
    method: "GET",
    path: "/appointments",
    access: "key",
    answer: ({ now, state, key, query }) => {
      if (!mayUserOfKey(state, key, "appointments.view")) return handlerRefusal();
      const today = new Date(now).toISOString().slice(0, 10);
      const rows = equalFilters(state.appointments, query, ["status", "customerId", "createdById"]).filter((row) =>
        onDays(String(row.appointmentDate), today, query),
      );
      const found = searchRows(rows, query, ["title", "customerName", "location"]).map(presented);
      return success(now, withPagination(pageOf(found, query, { by: "appointmentDate", direction: "asc" })));
    },
  },
  {
    method: "GET",
    path: "/appointments/:id",
    access: "key",
    answer: (call) => {
      if (!mayUserOfKey(call.state, call.key, "appointments.view")) return handlerRefusal();
      const row = findRow(call, "appointments", "Appointment");
      return isAnswer(row) ? row : success(call.now, presented(row));
    },
  },
  {
    // Quirk 1: success and refusals of this route are a Response inside a Response. Re-read the list.
    method: "POST",
    path: "/appointments",
    access: "key",
    answer: (call) => {
      if (!mayUserOfKey(call.state, call.key, "appointments.create")) return nestedResponse(403);
      const errors = missingFields(call.body, ["title", "appointmentDate", "appointmentTime"]);
      if (errors !== null) return invalid(call.now, errors);
      const row = insertRow(call, "appointments", {
        customerId: null,
        customerName: null,
        customerData: null,
        duration: 60,
        location: null,
        description: null,
        service: null,
        status: "planned",
        ...call.body,
      });
      call.changed({ entity: "appointment", operation: "created", row: presented(row) });
      return nestedResponse(201);
    },
  },
  {
    method: "PUT",
    path: "/appointments/:id",
    access: "key",
    answer: (call) => {
      if (!mayUserOfKey(call.state, call.key, "appointments.edit")) return handlerRefusal();
      const row = findRow(call, "appointments", "Appointment");
      if (isAnswer(row)) return row;
      changeRow(call, row, call.body);
      call.changed({ entity: "appointment", operation: "updated", row: presented(row) });
      return success(call.now, presented(row), { message: "Appointment updated successfully" });
    },
  },
  {
    method: "PATCH",
    path: "/appointments/:id/status",
    access: "key",
    needs: ["appointments.edit"],
    answer: (call) => {
      const row = findRow(call, "appointments", "Appointment");
      if (isAnswer(row)) return row;
      const status = String(call.body.status ?? "").toUpperCase();
      if (!STATUSES.includes(status)) {
        return serviceError(call.now, 400, "BAD_REQUEST", `Invalid status value: ${status}`);
      }
      changeRow(call, row, { status });
      if (typeof call.body.note === "string") {
        call.state.notes.push({
          id: call.state.notes.length + 1,
          appointmentId: row.id,
          userId: call.key.id,
          text: call.body.note,
        });
      }
      return success(call.now, presented(row), { terse: true });
    },
  },
];

/** The row as the host shows it: with a German date and labels for its own screens. */
function presented(row: Row): Row {
  const [year, month, day] = String(row.appointmentDate).split("-");
  const status = String(row.status).toUpperCase();
  return {
    ...row,
    dateFormatted: `${day}.${month}.${year}`,
    timeFormatted: row.appointmentTime ?? null,
    statusLabel: status.charAt(0) + status.slice(1).toLowerCase().replaceAll("_", " "),
    statusClass: `status-${status.toLowerCase()}`,
  };
}

function onDays(date: string, today: string, query: URLSearchParams): boolean {
  const [start, end] = [query.get("startDate"), query.get("endDate")];
  if (start !== null && date < start.slice(0, 10)) return false;
  if (end !== null && date > end.slice(0, 10)) return false;
  if (query.get("today") === "true" && date !== today) return false;
  if (query.get("upcoming") === "true" && date < today) return false;
  return !(query.get("past") === "true" && date >= today);
}
