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

const CUSTOMER_DEFAULTS = { country: "Deutschland", newsletter: false, status: "active", type: "private" } as const;

export const CUSTOMER_ROUTES: readonly HostRoute[] = [
  { method: "GET", path: "/customers/count", access: "key", answer: () => nestedResponse(200) },
  {
    method: "GET",
    path: "/customers",
    access: "key",
    needs: ["customers.view"],
    answer: ({ now, state, query }) => {
      const rows = equalFilters(state.customers, query, [
        "status",
        "type",
        "city",
        "country",
        "postalCode",
        "newsletter",
      ]);
      const found = searchRows(rows, query, ["name", "company", "email", "phone"]);
      return success(now, withPagination(pageOf(found, query, { by: "createdAt", direction: "desc" })));
    },
  },
  {
    method: "GET",
    path: "/customers/:id",
    access: "key",
    needs: ["customers.view"],
    answer: (call) => {
      const row = findRow(call, "customers", "Customer");
      return isAnswer(row) ? row : success(call.now, row);
    },
  },
  {
    method: "POST",
    path: "/customers",
    access: "key",
    needs: ["customers.create"],
    answer: (call) => {
      const errors = missingFields(call.body, ["name"]);
      if (errors !== null) return invalid(call.now, errors);
      const { email } = call.body;
      if (email !== undefined && email !== null && call.state.customers.some((row) => row.email === email)) {
        // The host's conflict carries an object where other errors carry a text code.
        return serviceError(call.now, 409, { name: "CONFLICT", field: "email" }, "Email address is already in use");
      }
      const row = insertRow(call, "customers", { ...CUSTOMER_DEFAULTS, ...call.body });
      call.changed({ entity: "customer", operation: "created", row });
      return success(call.now, row, { status: 201, message: "Customer created successfully" });
    },
  },
  {
    method: "PUT",
    path: "/customers/:id",
    access: "key",
    needs: ["customers.edit"],
    answer: (call) => {
      const row = findRow(call, "customers", "Customer");
      if (isAnswer(row)) return row;
      changeRow(call, row, call.body);
      call.changed({ entity: "customer", operation: "updated", row });
      return success(call.now, row, { message: "Customer updated successfully" });
    },
  },
  {
    method: "DELETE",
    path: "/customers/:id",
    access: "key",
    needs: ["customers.delete"],
    answer: (call) => {
      const row = findRow(call, "customers", "Customer");
      if (isAnswer(row)) return row;
      call.state.customers.splice(call.state.customers.indexOf(row), 1);
      call.changed({ entity: "customer", operation: "deleted", row });
      return success(call.now, true, { message: "Customer deleted successfully" });
    },
  },
  {
    // Quirk 4: a status change takes a signed-in user only.
    method: "PATCH",
    path: "/customers/:id/status",
    access: "jwt",
    answer: () => nestedResponse(200),
  },
];
