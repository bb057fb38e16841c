import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dayIn, nextDay } from "../../src/examples/appointment-reminder/src/days.ts";
import plugin from "../../src/examples/appointment-reminder/src/server.ts";
import { install, NOON } from "./setting.ts";

beforeEach(() => void vi.useFakeTimers({ now: NOON, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

function created(id: number) {
  const occurredAt = "2026-03-10T10:20:00.000Z";
  const base = { id: `evt_${id}`, version: 1, occurredAt, entityId: String(id), data: { id } } as const;
  return { ...base, event: "appointment.created", entity: "appointment" } as const;
}

test.each([
  ["Europe/Vienna", "2026-03-10T22:59:00Z", "2026-03-10"],
  ["Europe/Vienna", "2026-03-10T23:00:00Z", "2026-03-11"],
  ["Europe/Vienna", "2026-07-10T22:00:00Z", "2026-07-11"],
  ["America/New_York", "2026-03-11T03:00:00Z", "2026-03-10"],
])("in %s it is at %s the day %s", (zone, instant, day) => {
  expect(dayIn(zone, Date.parse(instant))).toBe(day);
});

test.each([
  ["2026-03-28", "2026-03-29"],
  ["2026-10-24", "2026-10-25"],
  ["2026-12-31", "2027-01-01"],
  ["2028-02-28", "2028-02-29"],
])("the day after %s is %s", (day, next) => {
  expect(nextDay(day)).toBe(next);
});

test("the afternoon overview lists tomorrow in order, without what is cancelled", async () => {
  const host = install("appointment-reminder", plugin);
  const run = await host.schedule("afternoon");
  expect(run).toMatchObject({
    outcome: "ok",
    value: { day: "2026-03-11", sent: true },
    denied: {},
    storage: { lastOverview: "2026-03-11" },
  });
  expect(host.emulator.state.notifications.at(-1)).toMatchObject({
    title: "Tomorrow, 11.03.2026: 2 appointments",
    message:
      "08:30 Office cleaning, first floor, Thomas Berger, Mariahilfer Straße 88, 1060 Wien\n" +
      "14:00 Winter service walk-through, Sabine Keller, Leopoldstraße 21, 80802 München",
    type: "appointment",
  });
});

test("a schedule that runs twice a day tells once, and again the next day", async () => {
  const host = install("appointment-reminder", plugin);
  await host.schedule("afternoon");
  expect(await host.schedule("afternoon")).toMatchObject({ value: { sent: false } });
  vi.setSystemTime(NOON + 86_400_000);
  expect((await host.schedule("afternoon")).value).toEqual({ day: "2026-03-12", sent: false });
  vi.setSystemTime(NOON + 3 * 86_400_000);
  expect((await host.schedule("afternoon")).value).toEqual({ day: "2026-03-14", sent: true });
});

test("a long day is cut to ten lines, and every page is read", async () => {
  const appointments = Array.from({ length: 130 }, (_, index) => ({
    id: index + 1,
    title: `Job ${index}`,
    appointmentDate: "2026-03-11",
    appointmentTime: `${String(8 + Math.floor(index / 20)).padStart(2, "0")}:${String((index % 20) * 3).padStart(2, "0")}`,
    status: "planned",
  }));
  const host = install("appointment-reminder", plugin, { seed: { appointments } });
  const run = await host.schedule("afternoon");
  expect(run.calls).toMatchObject({ "appointments.list": 2 });
  const note = host.emulator.state.notifications.at(-1);
  expect(note?.title).toBe("Tomorrow, 11.03.2026: 130 appointments");
  expect(String(note?.message).split("\n")).toHaveLength(11);
  expect(note?.message).toContain("and 120 more");
});

test.each([
  ["today", "2026-03-10", "New appointment today at 15:00"],
  ["tomorrow", "2026-03-11", "New appointment tomorrow at 15:00"],
])("an appointment made for %s is reported at once, and once only", async (_, appointmentDate, title) => {
  const host = install("appointment-reminder", plugin);
  const row = { id: 9, title: "Leak", appointmentDate, appointmentTime: "15:00", status: "PLANNED" };
  host.emulator.state.appointments.push(row);
  expect((await host.event(created(9))).value).toEqual({ alerted: true });
  expect(host.emulator.state.notifications.at(-1)).toMatchObject({ title, message: "15:00 Leak" });
  expect((await host.event(created(9))).value).toEqual({ alerted: false });
});

test.each([
  ["in four days", { id: 4 }],
  ["cancelled", { id: 3 }],
])("an appointment %s is not reported", async (_, { id }) => {
  const run = await install("appointment-reminder", plugin).event(created(id));
  expect(run).toMatchObject({ outcome: "ok", value: { alerted: false } });
  expect(run.calls).not.toHaveProperty("notifications.send");
});

test("preferences are changed one by one, kept, and sign the texts", async () => {
  const host = install("appointment-reminder", plugin);
  const change = (body: object) =>
    host.route({ method: "PUT", path: "/preferences", body: body as Record<string, string> });
  await change({ company: "Brandner Facility Services" });
  const off = await change({ shortNotice: false } as object);
  expect(off.value).toEqual({
    body: { company: "Brandner Facility Services", shortNotice: false, timeZone: "Europe/Vienna" },
  });
  expect((await host.route({ method: "GET", path: "/preferences" })).value).toEqual(off.value);
  expect((await host.event(created(1))).value).toEqual({ alerted: false });
  const { value } = await host.route({ method: "GET", path: "/tomorrow" });
  expect(value).toMatchObject({ body: { day: "2026-03-11", reminders: [{ time: "08:30" }, { time: "14:00" }] } });
  expect(JSON.stringify(value)).toContain("Kind regards\\nBrandner Facility Services");
});

test.each([
  ["no object", "text"],
  ["a company of 81 letters", { company: "x".repeat(81) }],
  ["a text for a switch", { shortNotice: "yes" }],
  ["a zone nobody knows", { timeZone: "Europe/Linz" }],
])("%s is 422 and changes nothing", async (_, body) => {
  const run = await install("appointment-reminder", plugin).route({ method: "PUT", path: "/preferences", body });
  expect(run.value).toMatchObject({ status: 422, body: { message: expect.any(String) } });
  expect(run.storage).toEqual({});
});
