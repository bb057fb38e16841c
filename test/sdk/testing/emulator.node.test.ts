import { expect, test } from "vitest";
import { createEmulator, demoSeed, type EmulatorOptions } from "../../../src/sdk/testing/index.ts";

const NOON = Date.parse("2026-03-10T12:00:00.000Z");
const KEY = "rk_live_0123456789abcdef";

function instance(options: Partial<EmulatorOptions> = {}) {
  const clock = { now: () => NOON };
  const emulator = createEmulator({
    apiKey: KEY,
    webhookSecret: "whs_demo_6c2e9f10",
    seed: demoSeed(NOON),
    clock,
    ...options,
  });
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { authorization: `ApiKey ${KEY}` },
  ) {
    const request = new Request(`https://firm.example/api${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const response = await emulator.fetch(request);
    const text = await response.text();
    const isJson = response.headers.get("content-type") === "application/json";
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  }
  return { emulator, call };
}

test("customers come in the paged envelope", async () => {
  const { call } = instance();
  const { status, body } = await call("GET", "/customers?limit=2&page=2&sortBy=name&sortDirection=asc");
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: true, error: null, timestamp: "2026-03-10T12:00:00.000Z" });
  expect(body.data.pagination).toEqual({ page: 2, limit: 2, total: 4, totalPages: 2 });
  expect(body.data.data.map((row: { name: string }) => row.name)).toEqual(["Sabine Keller", "Thomas Berger"]);
});

test.each([
  ["status=active", 3],
  ["type=BUSINESS&city=wien", 1],
  ["newsletter=true", 2],
  ["search=steuer", 1],
  ["country=Schweiz", 0],
])("customers filtered by %s are %i", async (query, count) => {
  const { body } = await instance().call("GET", `/customers?${query}`);
  expect(body.data.pagination.total).toBe(count);
});

test.each([
  ["today=true", 0],
  ["upcoming=true", 4],
  ["past=true", 1],
  ["startDate=2026-03-11&endDate=2026-03-11", 3],
  ["status=PLANNED", 2],
])("appointments filtered by %s are %i", async (query, count) => {
  const { body } = await instance().call("GET", `/appointments?${query}`);
  expect(body.data.pagination.total).toBe(count);
});

test.each([
  ["unassigned=true", 3],
  ["notConverted=true", 4],
  ["status=new", 2],
  ["customerId=3", 1],
])("requests filtered by %s are %i", async (query, count) => {
  const { body } = await instance().call("GET", `/requests?${query}`);
  expect(body.data.pagination.total).toBe(count);
});

test("a customer lives: created, changed, deleted, gone", async () => {
  const changes: string[] = [];
  const { call } = instance({ onChange: ({ entity, operation }) => changes.push(`${entity}.${operation}`) });
  const made = await call("POST", "/customers", { name: "Nora Graf" });
  expect(made).toMatchObject({ status: 201, body: { data: { id: 5, name: "Nora Graf", country: "Deutschland" } } });
  expect((await call("PUT", "/customers/5", { id: 99, city: "Graz" })).body.data).toMatchObject({
    id: 5,
    city: "Graz",
  });
  expect((await call("DELETE", "/customers/5")).status).toBe(200);
  const gone = await call("GET", "/customers/5");
  expect(gone.status).toBe(404);
  expect(gone.body).toMatchObject({
    success: false,
    data: null,
    message: "Customer with ID 5 not found",
    error: { code: "NOT_FOUND" },
  });
  expect(changes).toEqual(["customer.created", "customer.updated", "customer.deleted"]);
});

test("the three error shapes differ as they do on the host", async () => {
  const { call, emulator } = instance();
  const a = await call("POST", "/customers", {});
  expect(a).toMatchObject({
    status: 400,
    body: { data: null, error: { code: "VALIDATION_ERROR", details: { errors: { name: ["name is required"] } } } },
  });
  const b = await call("GET", "/customers", undefined, {});
  expect(b).toEqual({
    status: 401,
    body: {
      success: false,
      error: "Authentication required",
      code: "AUTHENTICATION_REQUIRED",
      message: "Authentication required",
      statusCode: 401,
    },
  });
  const c = await call("POST", "/customers", "{");
  expect(c).toEqual({
    status: 500,
    body: { success: false, data: null, error: "Unexpected token in JSON", statusCode: 500 },
  });
  emulator.failNext({ path: "/customers", kind: "C" });
  expect((await call("GET", "/customers")).status).toBe(500);
  expect((await call("GET", "/customers")).status).toBe(200);
});

test("a conflict carries an object where others carry a code", async () => {
  const { body, status } = await instance().call("POST", "/customers", {
    name: "Twin",
    email: "maria.huber@example.at",
  });
  expect(status).toBe(409);
  expect(body.error.code).toEqual({ name: "CONFLICT", field: "email" });
});

test("quirk 1: creating an appointment answers {} and the list has it", async () => {
  const { call } = instance();
  const made = await call("POST", "/appointments", {
    title: "Visit",
    appointmentDate: "2026-03-20",
    appointmentTime: "09:00",
  });
  expect(made).toEqual({ status: 201, body: {} });
  const { body } = await call("GET", "/appointments?startDate=2026-03-20&endDate=2026-03-20");
  expect(body.data.data).toMatchObject([
    { id: 6, title: "Visit", status: "planned", dateFormatted: "20.03.2026", statusLabel: "Planned" },
  ]);
});

test.each([
  "/customers/count",
  "/requests/count",
  "/appointments/count",
  "/requests/1/appointment",
  "/requests/data",
  "/users",
  "/permissions",
])("quirk 1: GET %s answers {}", async (path) => {
  expect(await instance().call("GET", path)).toEqual({ status: 200, body: {} });
});

test("quirk 2: handler-checked routes test the user with the key's number, not the key", async () => {
  const powerless = { id: 1, kind: "standard", permissions: [] } as const;
  const { call } = instance({ key: powerless });
  expect((await call("GET", "/appointments")).status).toBe(200);
  expect((await call("GET", "/customers")).body).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS", statusCode: 403 });
  const stranger = instance({ key: { ...powerless, id: 2 } });
  expect((await stranger.call("GET", "/appointments")).status).toBe(200);
  expect((await stranger.call("PUT", "/appointments/1", { title: "x" })).body.code).toBe("PERMISSION_DENIED");
  expect(await stranger.call("POST", "/appointments", { title: "x" })).toEqual({ status: 403, body: {} });
});

test("quirk 3: over the limit the answer is 401, and a minute later it works again", async () => {
  let now = NOON;
  const { call } = instance({ callsPerMinute: 3, clock: { now: () => now } });
  for (let i = 0; i < 3; i++) expect((await call("GET", "/customers")).status).toBe(200);
  expect(await call("GET", "/customers")).toMatchObject({ status: 401, body: { code: "AUTHENTICATION_REQUIRED" } });
  now += 60_000;
  expect((await call("GET", "/customers")).status).toBe(200);
});

test("quirk 4: requests need no permission, and anybody may send one", async () => {
  const { call } = instance({ key: { id: 99, kind: "standard", permissions: [] } });
  expect((await call("GET", "/requests")).status).toBe(200);
  expect((await call("GET", "/requests/1")).status).toBe(403);
  const sent = await call(
    "POST",
    "/requests",
    { name: "A", email: "a@b.example", service: "Cleaning", message: "Hi" },
    {},
  );
  expect(sent).toMatchObject({ status: 201, body: { data: { id: 6, status: "new" } } });
  expect((await call("PATCH", "/customers/1/status", { status: "ACTIVE" })).body.code).toBe("INVALID_API_KEY_TYPE");
});

test("quirk 5: a key reads the inbox of the user who has its number", async () => {
  const { call } = instance();
  const { body } = await call("GET", "/notifications");
  expect(body.data).toMatchObject({
    total: 1,
    page: 1,
    totalPages: 1,
    hasMore: false,
    items: [{ title: "Private note for Eva" }],
  });
  const sent = await call("POST", "/notifications", { userId: 2, title: "Hello", message: "World" });
  expect(sent).toMatchObject({ status: 201, body: { data: { userId: 2, type: "info", isRead: false } } });
  expect((await call("POST", "/notifications", { title: "Hello", message: "World" })).status).toBe(400);
});

test("quirk 6: a standard key needs every permission a route lists", async () => {
  const { call } = instance({ key: { id: 2, kind: "standard", permissions: ["customers.view"] } });
  expect((await call("GET", "/customers")).status).toBe(200);
  expect((await call("DELETE", "/customers/1")).status).toBe(403);
});

test("quirk 7: there is no health route; unknown paths are a page", async () => {
  const { status, body } = await instance().call("GET", "/health");
  expect(status).toBe(404);
  expect(body).toContain("404");
});

test("a wrong key is 401 and nothing changes; a Bearer key works as well", async () => {
  const { call, emulator } = instance();
  expect((await call("DELETE", "/customers/1", undefined, { authorization: "ApiKey rk_live_wrong" })).status).toBe(401);
  expect(emulator.state.customers).toHaveLength(4);
  expect((await call("GET", "/customers/1", undefined, { authorization: `Bearer ${KEY}` })).status).toBe(200);
});

test("a cancelled appointment keeps its row, and its note", async () => {
  const { call, emulator } = instance();
  expect((await call("PATCH", "/appointments/1/status", { status: "CANCELLED", note: "Ill" })).body).toMatchObject({
    success: true,
    data: { status: "CANCELLED" },
  });
  expect((await call("PATCH", "/appointments/1/status", { status: "GONE" })).body.error.code).toBe("BAD_REQUEST");
  expect(emulator.state.notes).toMatchObject([{ appointmentId: 1, text: "Ill" }]);
});

test("what was called is kept with the plugin's name and without the key", async () => {
  const { call, emulator } = instance();
  await call("GET", "/customers/1", undefined, {
    authorization: `ApiKey ${KEY}`,
    "x-plugin-name": "lead-scorer",
    "x-plugin-installation": "act_1",
  });
  expect(emulator.state.calls).toEqual([
    { method: "GET", path: "/api/customers/1", status: 200, plugin: "lead-scorer", installation: "act_1" },
  ]);
});

test("business changes of a request bypass the service: the row changes and nothing is fired", async () => {
  const changes: string[] = [];
  const { call } = instance({ onChange: ({ entity, operation }) => changes.push(`${entity}.${operation}`) });
  expect((await call("PATCH", "/requests/1/status", { status: "in_progress" })).body.data.status).toBe("IN_PROGRESS");
  expect((await call("POST", "/requests/2/assign", { userId: 2 })).body.data).toMatchObject({ processorId: 2 });
  expect((await call("PATCH", "/requests/1/status", { status: "LOST" })).body.error.code).toBe("BAD_REQUEST");
  expect((await call("PATCH", "/requests/99/status", { status: "NEW" })).status).toBe(404);
  expect(changes).toEqual([]);
});

test("automation lists have a paging shape of their own", async () => {
  const { body } = await instance().call("GET", "/automation/webhooks?limit=20");
  expect(body).toEqual({ success: true, data: { data: [], total: 0, page: 1, pageSize: 20 }, error: null });
});

test("pages stay within bounds whatever is asked", async () => {
  const page = async (query: string) => (await instance().call("GET", `/customers?${query}`)).body.data.pagination;
  expect(await page("page=0&limit=-1")).toMatchObject({ page: 1, limit: 10 });
  expect(await page("page=x&limit=5000")).toMatchObject({ page: 1, limit: 100 });
  expect(await page("page=9")).toMatchObject({ page: 9, total: 4, totalPages: 1 });
});

test("a seed is copied: one emulator's changes do not reach another", async () => {
  const seed = demoSeed(NOON);
  const first = instance({ seed });
  await first.call("DELETE", "/customers/1");
  await first.call("PUT", "/customers/2", { name: "Changed" });
  expect(instance({ seed }).emulator.state.customers.map(({ name }) => name)).toContain("Thomas Berger");
  expect(instance({ seed }).emulator.state.customers).toHaveLength(4);
});
