import * as z from "zod";
import type { JsonObject } from "../json/json.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Method } from "./methods.ts";
import { CONTENT_TYPE, MAX_MANY, MAX_VALUE_BYTES, storageKey } from "./storage-rules.ts";

const MAX_PAYLOAD_BYTES = 16_384;
/** BCP 47, as far as names of files under `locales/` go. */
const LOCALE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;

/**
 * The arguments of every capability method (README, Methods). Objects are closed: an unknown member is refused, so that
 * nothing reaches an instance that we do not know. A refusal names the first bad member, never its value.
 */
export function parseArguments(method: Method, args: unknown): Result<JsonObject, string> {
  const parsed = SCHEMAS[method].safeParse(args);
  if (parsed.success) return ok(parsed.data as JsonObject);
  const [issue] = parsed.error.issues;
  return refuse(`${issue?.path.join(".") || "arguments"}: ${issue?.message ?? "not acceptable"}`.slice(0, 300));
}

const id = z.int().min(1).max(2_147_483_647);
const text = (max: number) => z.string().max(max);
const name = (max: number) => z.string().min(1).max(max);
const word = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, "one word");
const date = z.iso.date();
const day = z.union([z.iso.date(), z.iso.datetime()]);
const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "HH:mm");
const metadata = z.record(z.string().max(100), z.json());

const paging = {
  page: z.int().min(1).max(1_000_000).optional(),
  limit: z.int().min(1).max(100).optional(),
  sortBy: word.optional(),
  sortDirection: z.enum(["asc", "desc"]).optional(),
  search: text(200).optional(),
};

const customer = {
  company: text(200).optional(),
  email: text(254).optional(),
  phone: text(50).optional(),
  address: text(300).optional(),
  postalCode: text(10).optional(),
  city: text(100).optional(),
  country: text(100).optional(),
  vatNumber: text(50).optional(),
  notes: text(10_000).optional(),
  newsletter: z.boolean().optional(),
  status: word.optional(),
  type: word.optional(),
};
const request = {
  phone: text(50).optional(),
  status: word.optional(),
  processorId: id.optional(),
  customerId: id.optional(),
  appointmentId: id.optional(),
  source: word.optional(),
  metadata: metadata.optional(),
};
const appointment = {
  customerId: id.optional(),
  duration: z.int().min(1).max(10_080).optional(),
  location: text(300).optional(),
  description: text(10_000).optional(),
  status: word.optional(),
  service: text(100).optional(),
};

const storedValue = z
  .json()
  .refine((value) => byteLength(JSON.stringify(value)) <= MAX_VALUE_BYTES, "at most 64 KiB of JSON");
const settingKey = z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/, "a key of the manifest's settings");
const eventName = z.string().regex(/^[a-z][a-z0-9_.]{1,39}$/, "a name of the manifest's emits");
const payload = z
  .record(text(100), z.json())
  .refine((value) => byteLength(JSON.stringify(value)) <= MAX_PAYLOAD_BYTES, "at most 16 KiB of JSON");

const only = (shape: z.ZodRawShape) => z.strictObject(shape);
const one = only({ id });

const SCHEMAS = {
  "customers.list": only({
    ...paging,
    status: word.optional(),
    type: word.optional(),
    city: text(100).optional(),
    country: text(100).optional(),
    postalCode: text(10).optional(),
    newsletter: z.boolean().optional(),
  }),
  "customers.get": one,
  "customers.create": only({ data: only({ name: name(100), ...customer }) }),
  "customers.update": only({ id, data: only({ name: name(100).optional(), ...customer }) }),
  "customers.delete": one,
  "requests.list": only({
    ...paging,
    status: word.optional(),
    service: text(50).optional(),
    processorId: id.optional(),
    customerId: id.optional(),
    unassigned: z.boolean().optional(),
    notConverted: z.boolean().optional(),
    startDate: day.optional(),
    endDate: day.optional(),
  }),
  "requests.get": one,
  "requests.create": only({
    data: only({ name: name(100), email: name(254), service: name(50), message: name(10_000), ...request }),
  }),
  "requests.update": only({
    id,
    data: only({
      name: name(100).optional(),
      email: name(254).optional(),
      service: name(50).optional(),
      message: name(10_000).optional(),
      ...request,
    }),
  }),
  "appointments.list": only({
    ...paging,
    status: word.optional(),
    customerId: id.optional(),
    createdById: id.optional(),
    startDate: day.optional(),
    endDate: day.optional(),
    today: z.boolean().optional(),
    upcoming: z.boolean().optional(),
    past: z.boolean().optional(),
  }),
  "appointments.get": one,
  "appointments.create": only({
    data: only({ title: name(200), appointmentDate: date, appointmentTime: clock, ...appointment }),
  }),
  "appointments.update": only({
    id,
    data: only({
      title: name(200).optional(),
      appointmentDate: date.optional(),
      appointmentTime: clock.optional(),
      ...appointment,
    }),
  }),
  "appointments.cancel": only({ id, note: text(1000).optional() }),
  "notifications.send": only({ title: name(100), message: name(2000), type: word.optional() }),
  "notifications.list": only({}),
  "storage.get": only({ key: storageKey }),
  "storage.set": only({
    key: storageKey,
    value: storedValue,
  }),
  "storage.delete": only({ key: storageKey }),
  "storage.getMany": only({ keys: z.array(storageKey).min(1).max(MAX_MANY) }),
  "storage.setMany": only({
    entries: z
      .array(only({ key: storageKey, value: storedValue }))
      .min(1)
      .max(MAX_MANY)
      .refine((entries) => new Set(entries.map(({ key }) => key)).size === entries.length, "a key stands there twice"),
  }),
  "storage.compareAndSet": only({ key: storageKey, expected: storedValue, value: storedValue }),
  "storage.increment": only({ key: storageKey, by: z.int().optional() }),
  "files.put": only({ key: storageKey, contentType: z.string().max(100).regex(CONTENT_TYPE, "type/subtype") }),
  "files.get": only({ key: storageKey }),
  "files.list": only({
    prefix: z.union([z.literal(""), storageKey]).optional(),
    limit: z.int().min(1).max(100).optional(),
    cursor: text(600).optional(),
  }),
  "files.delete": only({ key: storageKey }),
  "secrets.get": only({ key: settingKey }),
  "events.emit": only({ name: eventName, data: payload }),
  "webhooks.trigger": only({ name: eventName, data: payload }),
  "i18n.strings": only({ locale: z.string().max(35).regex(LOCALE, "a language tag") }),
  "storage.list": only({
    prefix: z.union([z.literal(""), storageKey]).optional(),
    limit: z.int().min(1).max(100).optional(),
    cursor: text(600).optional(),
  }),
} as const satisfies Record<Method, z.ZodType>;

function byteLength(value: string): number {
  return new TextEncoder().encode(value).length;
}
