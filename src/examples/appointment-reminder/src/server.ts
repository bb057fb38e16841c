import { type Appointment, definePlugin, type PluginContext } from "@rising-bsm/plugin-sdk";
import { dayIn, nextDay } from "./days.ts";
import { settingsPanel } from "./panel.ts";
import { changePreferences, readPreferences } from "./preferences.ts";
import { byTime, line, overview, reminderText, takesPlace } from "./reminder.ts";

const PERMISSIONS = ["appointments.read", "notifications.send", "storage.read", "storage.write"] as const;
type Context = PluginContext<(typeof PERMISSIONS)[number]>;

export default definePlugin({
  permissions: PERMISSIONS,
  schedules: { afternoon: sendOverview },
  events: {
    "appointment.created": (context, event) => alertShortNotice(context, Number(event.entityId)),
  },
  routes: {
    "GET /preferences": async (context) => ({ body: { ...(await readPreferences(context)) } }),
    "PUT /preferences": async (context, request) => {
      const changed = await changePreferences(context, request.body);
      if ("problem" in changed) return { status: 422, body: { message: changed.problem } };
      return { body: { ...changed.preferences } };
    },
    "GET /settings": async (context) => settingsPanel(await readPreferences(context)),
    // A form sends texts, and nothing for a box that is not ticked.
    "POST /settings": async (context, request) => {
      const form = { ...(request.body as { readonly [name: string]: unknown }) };
      const changed = await changePreferences(context, { ...form, shortNotice: form.shortNotice === "true" });
      if ("problem" in changed) return { status: 422, body: { message: changed.problem } };
      return { body: { message: "Your preferences were kept." } };
    },
    "GET /tomorrow": async (context) => {
      const { company, timeZone } = await readPreferences(context);
      const day = nextDay(dayIn(timeZone, Date.now()));
      const appointments = await appointmentsOn(context, day);
      const reminders = appointments.map((appointment) => ({
        id: appointment.id,
        time: appointment.appointmentTime,
        title: appointment.title,
        customer: appointment.customerName ?? null,
        text: reminderText(appointment, company),
      }));
      return { body: { day, reminders } };
    },
  },
});

/** Once a day, even if the schedule is repeated after an outage. */
async function sendOverview(context: Context) {
  const { timeZone } = await readPreferences(context);
  const day = nextDay(dayIn(timeZone, Date.now()));
  if ((await context.storage.get("lastOverview")) === day) return { day, sent: false };
  const appointments = await appointmentsOn(context, day);
  if (appointments.length > 0)
    await context.notifications.send({ ...overview(day, appointments), type: "appointment" });
  await context.storage.set("lastOverview", day);
  context.log.info(`${day}: ${appointments.length} appointments`);
  return { day, sent: appointments.length > 0 };
}

/** An appointment for today or tomorrow may come after the overview: it is reported by itself. */
async function alertShortNotice(context: Context, id: number) {
  const { shortNotice, timeZone } = await readPreferences(context);
  if (!shortNotice) return { alerted: false };
  const appointment = await context.appointments.get(id);
  const today = dayIn(timeZone, Date.now());
  const isToday = appointment.appointmentDate === today;
  const isSoon = isToday || appointment.appointmentDate === nextDay(today);
  if (!isSoon || !takesPlace(appointment)) return { alerted: false };
  const key = `alerted:${id}`;
  if ((await context.storage.get(key)) !== null) return { alerted: false };
  await context.notifications.send({
    title: `New appointment ${isToday ? "today" : "tomorrow"} at ${appointment.appointmentTime}`,
    message: line(appointment),
    type: "appointment",
  });
  await context.storage.set(key, appointment.appointmentDate);
  return { alerted: true };
}

/** Every appointment of one day that takes place, in the order of the day. */
async function appointmentsOn(context: PluginContext<"appointments.read">, day: string): Promise<Appointment[]> {
  const found: Appointment[] = [];
  for (let page = 1; page <= 5; page++) {
    const answer = await context.appointments.list({ startDate: day, endDate: day, page, limit: 100 });
    found.push(...answer.items);
    if (answer.items.length === 0 || found.length >= answer.total) break;
  }
  return found.filter((one) => one.appointmentDate === day && takesPlace(one)).sort(byTime);
}
