import { handlerRefusal, mayUserOfKey } from "./access.ts";
import { type Answer, invalid, nestedResponse, serviceError, success } from "./envelopes.ts";
import { pageOf, withPagination } from "./paging.ts";
import {
  changeRow,
  equalFilters,
  findRow,
  type HostCall,
  type HostRoute,
  insertRow,
  isAnswer,
  missingFields,
  searchRows,
} from "./route.ts";
import type { Row } from "./state.ts";

const STATUSES = ["NEW", "IN_PROGRESS", "COMPLETED", "CANCELLED"];

export const REQUEST_ROUTES: readonly HostRoute[] = [
  { method: "GET", path: "/requests/count", access: "key", answer: () => nestedResponse(200) },
  { method: "GET", path: "/requests/data", access: "key", answer: () => nestedResponse(200) },
  { method: "GET", path: "/requests/:id/appointment", access: "key", answer: () => nestedResponse(200) },
  {
    // Quirk 4: checks no permission at all.
    method: "GET",
    path: "/requests",
    access: "key",
    answer: ({ now, state, query }) => {
      const rows = equalFilters(state.requests, query, ["status", "service", "processorId", "customerId"])
        .filter((row) => query.get("unassigned") !== "true" || row.processorId === null)
        .filter((row) => query.get("notConverted") !== "true" || row.appointmentId === null)
        .filter((row) => inRange(String(row.createdAt), query));
      const found = searchRows(rows, query, ["name", "email", "message"]);
      return success(now, withPagination(pageOf(found, query, { by: "createdAt", direction: "desc" })));
    },
  },
  {
    method: "GET",
    path: "/requests/:id",
    access: "key",
    answer: (call) => {
      if (!mayUserOfKey(call.state, call.key, "requests.view")) return handlerRefusal();
      const row = findRow(call, "requests", "Request");
      return isAnswer(row) ? row : success(call.now, row, { terse: true });
    },
  },
  {
    // Quirk 4: public, the contact form posts here.
    method: "POST",
    path: "/requests",
    access: "public",
    answer: (call) => {
      const errors = missingFields(call.body, ["name", "email", "service", "message"]);
      if (errors !== null) return invalid(call.now, errors);
      const row = insertRow(call, "requests", {
        phone: null,
        source: "form",
        metadata: null,
        ipAddress: "203.0.113.7",
        ...call.body,
        // The database default is lower case although the code writes upper case.
        status: "new",
        processorId: null,
        customerId: null,
        appointmentId: null,
      });
      call.changed({ entity: "request", operation: "created", row });
      return success(call.now, row, { status: 201, message: "Request submitted successfully" });
    },
  },
  {
    method: "PUT",
    path: "/requests/:id",
    access: "key",
    answer: (call) =>
      editing(call, (row) => {
        changeRow(call, row, call.body);
        call.changed({ entity: "request", operation: "updated", row });
        return success(call.now, row, { message: "Request updated successfully" });
      }),
  },
  {
    // Business status changes bypass the service: no event is fired for them.
    method: "PATCH",
    path: "/requests/:id/status",
    access: "key",
    answer: (call) =>
      editing(call, (row) => {
        const status = String(call.body.status ?? "").toUpperCase();
        if (!STATUSES.includes(status)) {
          return serviceError(call.now, 400, "BAD_REQUEST", `Invalid status value: ${status}`);
        }
        changeRow(call, row, { status });
        return success(call.now, row);
      }),
  },
  {
    method: "POST",
    path: "/requests/:id/assign",
    access: "key",
    answer: (call) =>
      editing(call, (row) => {
        changeRow(call, row, { processorId: call.body.userId ?? null, status: "IN_PROGRESS" });
        return success(call.now, row);
      }),
  },
];

function editing(call: HostCall, edit: (row: Row) => Answer): Answer {
  if (!mayUserOfKey(call.state, call.key, "requests.edit")) return handlerRefusal();
  const row = findRow(call, "requests", "Request");
  return isAnswer(row) ? row : edit(row);
}

function inRange(at: string, query: URLSearchParams): boolean {
  const [start, end] = [query.get("startDate"), query.get("endDate")];
  return (
    (start === null || at.slice(0, 10) >= start.slice(0, 10)) && (end === null || at.slice(0, 10) <= end.slice(0, 10))
  );
}
