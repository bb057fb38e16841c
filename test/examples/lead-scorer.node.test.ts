import { expect, test } from "vitest";
import { readView } from "../../src/domain/ui/blocks.ts";
import { type Lead, scoreLead } from "../../src/examples/lead-scorer/src/score.ts";
import plugin from "../../src/examples/lead-scorer/src/server.ts";
import { install } from "./setting.ts";

const PLAIN: Lead = { email: "max@gmx.at", phone: null, service: "Cleaning", message: "Hello", isCustomer: false };

function created(id: number, event: "request.created" | "request.updated" = "request.created") {
  const occurredAt = "2026-03-10T10:20:00.000Z";
  return {
    id: `evt_${id}`,
    event,
    version: 1,
    occurredAt,
    entity: "request",
    entityId: String(id),
    data: { id },
  } as const;
}

test.each([
  ["nothing telling", {}, 0, "cold"],
  ["a customer", { isCustomer: true }, 25, "cold"],
  ["a company address", { email: "a@firma.at" }, 10, "cold"],
  ["a phone number", { phone: "+43 1 555" }, 10, "cold"],
  ["a phone number that is none", { phone: "none" }, 0, "cold"],
  ["work again and again", { message: "Wir brauchen wöchentlich jemanden" }, 20, "cold"],
  ["an area of 1,200 m²", { message: "1,200 m² in all" }, 20, "cold"],
  ["an area of 1.200 qm", { message: "Es sind 1.200 qm" }, 20, "cold"],
  ["an area of 199,5 m2", { message: "Es sind 199,5 m2" }, 0, "cold"],
  ["a hurry and an offer", { message: "Urgent, please send an offer" }, 30, "warm"],
  ["advertising", { message: "Cheap leads, click here", email: "a@b.example", phone: "0660 123456" }, 0, "cold"],
  ["a customer with a contract in a hurry", { isCustomer: true, message: "New contract, today" }, 60, "hot"],
] as [string, Partial<Lead>, number, string][])("%s is %i points and %s", (_, fields, points, grade) => {
  expect(scoreLead({ ...PLAIN, ...fields })).toMatchObject({ points, grade });
});

test("a score is never above 100 and names the most telling reasons first", () => {
  const message = "Daily cleaning of 5000 m2 under contract, please send an offer today. ".repeat(2);
  const score = scoreLead({
    email: "a@b.example",
    phone: "0043 1 123456",
    service: "Office",
    message,
    isCustomer: true,
  });
  expect(score).toMatchObject({ points: 100, grade: "hot" });
  expect(score.reasons[0]).toBe("Is a customer already");
});

test("the admin decides from how many points a lead is hot", async () => {
  const scored = async (settings: Record<string, number>) =>
    (await install("lead-scorer", plugin, { settings }).event(created(1))).value;
  expect(await scored({})).toMatchObject({ points: 100, grade: "hot" });
  expect(await scored({ hotFrom: 100 })).toMatchObject({ grade: "hot" });
  expect(() => install("lead-scorer", plugin, { settings: { hotFrom: 101 } })).toThrow("at most 100");
});

test("a hot lead is scored, kept, logged and reported", async () => {
  const host = install("lead-scorer", plugin);
  const run = await host.event(created(1));
  expect(run).toMatchObject({
    outcome: "ok",
    value: { requestId: 1, points: 100, grade: "hot" },
    calls: { "requests.get": 1, "customers.list": 1, "storage.get": 1, "storage.set": 1, "notifications.send": 1 },
    denied: {},
    logs: [{ level: "info", text: "Request 1 is hot with 100 points" }],
    storage: { "score:1": { points: 100, grade: "hot", name: "Petra Lang", ratedAt: "2026-03-10T10:20:00.000Z" } },
  });
  expect(host.emulator.state.notifications.at(-1)).toMatchObject({
    userId: 1,
    title: "Hot lead: Petra Lang",
    message:
      "Office cleaning, 100 of 100 points. Wants work again and again, not once. Names an area of at least 200 m². Is in a hurry.",
    type: "request",
  });
});

test("the same event twice is one notification", async () => {
  const host = install("lead-scorer", plugin);
  await host.event(created(1));
  const again = await host.event(created(1));
  expect(again.calls).not.toHaveProperty("notifications.send");
  expect(again.outcome).toBe("ok");
});

test("a request that becomes hot by an edit is reported", async () => {
  const host = install("lead-scorer", plugin);
  expect((await host.event(created(3))).value).toMatchObject({ grade: "cold" });
  Object.assign(host.emulator.state.requests[2] ?? {}, { message: "Please visit this week: weekly contract, 900 m2" });
  const run = await host.event(created(3, "request.updated"));
  expect(run).toMatchObject({ value: { grade: "hot" }, calls: { "notifications.send": 1 } });
});

test("an existing customer is known by the address, whatever its case", async () => {
  const host = install("lead-scorer", plugin);
  Object.assign(host.emulator.state.requests[1] ?? {}, { customerId: null, email: "Office@Berger-Steuer.example" });
  const run = await host.event(created(2));
  expect(JSON.stringify(run.storage["score:2"])).toContain("Is a customer already");
});

test("without the optional permission the score is kept and nobody is told", async () => {
  const granted = ["customers.read", "requests.read", "storage.read", "storage.write"];
  const host = install("lead-scorer", plugin, { granted });
  const run = await host.event(created(1));
  expect(run).toMatchObject({ outcome: "ok", denied: { "notifications.send": 1 }, value: { grade: "hot" } });
  expect(run.logs.at(-1)).toMatchObject({ level: "warn" });
  expect(host.emulator.state.notifications).toHaveLength(1);
});

test("a request that is gone fails the run with the host's own words", async () => {
  const run = await install("lead-scorer", plugin).event(created(99));
  expect(run).toMatchObject({ outcome: "plugin_error", message: "Request with ID 99 not found", storage: {} });
});

test("page and widget count the grades and name whom to call first", async () => {
  const host = install("lead-scorer", plugin);
  const shown = async () => {
    const { value } = await host.route({ method: "GET", path: "/leads" });
    const view = readView((value as { body: never }).body);
    if (!view.ok) throw new Error(JSON.stringify(view.problem));
    return view.value.blocks;
  };
  expect(await shown()).toMatchObject([{ items: [{ value: 0 }, { value: 0 }, { value: 0 }] }, { rows: [] }]);
  for (const id of [1, 2]) await host.event(created(id));
  const [stats, table] = await shown();
  expect(stats).toMatchObject({ items: [{ label: "Hot", value: 1 }, { label: "Warm" }, { label: "Cold" }] });
  expect(table).toMatchObject({ rows: [{ points: 100 }, {}] });
});
