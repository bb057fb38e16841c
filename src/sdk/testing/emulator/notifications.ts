import { invalid, success } from "./envelopes.ts";
import { pageOf, withItems, withPageSize } from "./paging.ts";
import { equalFilters, type HostRoute, insertRow, missingFields } from "./route.ts";

export const NOTIFICATION_ROUTES: readonly HostRoute[] = [
  {
    // Quirk 5: the caller's own rows; with a key that is the inbox of the user who has the key's number.
    method: "GET",
    path: "/notifications",
    access: "key",
    needs: ["notifications.view"],
    answer: ({ now, state, key, query }) => {
      const own = state.notifications.filter((row) => row.userId === key.id);
      const rows = equalFilters(own, query, ["type", "isRead"]);
      return success(now, withItems(pageOf(rows, query, { by: "createdAt", direction: "desc" })));
    },
  },
  {
    // Quirk 4: role rules do not apply to keys, so a key may write to anybody.
    method: "POST",
    path: "/notifications",
    access: "key",
    needs: ["notifications.view"],
    answer: (call) => {
      const errors = missingFields(call.body, ["title", "message"]) ?? {};
      const { userId } = call.body;
      if (!call.state.users.some((user) => user.id === userId)) errors.userId = ["userId is required"];
      if (Object.keys(errors).length > 0) return invalid(call.now, errors);
      const row = insertRow(call, "notifications", {
        type: "info",
        customerId: null,
        appointmentId: null,
        contactRequestId: null,
        link: null,
        ...call.body,
        isRead: false,
      });
      return success(call.now, row, { status: 201, message: "Notification created successfully" });
    },
  },
  {
    // Quirk 4: automation routes check nothing, and page by `pageSize`.
    method: "GET",
    path: "/automation/webhooks",
    access: "key",
    answer: ({ now, query }) =>
      success(now, withPageSize(pageOf([], query, { by: "id", direction: "asc" })), { terse: true }),
  },
];

/** Routes that answer `{}` with the right status, whatever they were asked (quirk 1). */
export const PEOPLE_ROUTES: readonly HostRoute[] = ["/users", "/users/count", "/users/:id", "/permissions"].map(
  (path) => ({ method: "GET", path, access: "key", answer: () => ({ status: 200, body: {} }) }),
);
