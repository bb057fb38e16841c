import { type Entity, EVENTS, type EventEnvelope, type EventName } from "../../domain/execution/events.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Appointment, ContactRequest, Customer } from "../entities.ts";

const NOON = "2026-03-10T12:00:00.000Z";

/** A customer as the host shows one; `over` replaces fields. */
export function customerFixture(over: Partial<Customer> = {}): Customer {
  return {
    id: 1,
    name: "Lena Gruber",
    company: "Gruber Immobilien GmbH",
    email: "lena.gruber@gruber.example",
    phone: "+43 1 5550101",
    address: "Lindengasse 4",
    postalCode: "1070",
    city: "Wien",
    country: "Österreich",
    vatNumber: "ATU12345675",
    notes: null,
    newsletter: false,
    status: "ACTIVE",
    type: "BUSINESS",
    createdAt: NOON,
    updatedAt: NOON,
    ...over,
  };
}

/** A contact request as the host shows one. */
export function requestFixture(over: Partial<ContactRequest> = {}): ContactRequest {
  return {
    id: 1,
    name: "Paul Steiner",
    email: "paul.steiner@mail.example",
    phone: "+43 660 5550102",
    service: "Facility management",
    message: "We look for somebody who takes care of our office building, starting next month.",
    status: "NEW",
    source: "form",
    processorId: null,
    customerId: null,
    appointmentId: null,
    createdAt: NOON,
    updatedAt: NOON,
    ...over,
  };
}

/** An appointment as the host shows one. */
export function appointmentFixture(over: Partial<Appointment> = {}): Appointment {
  return {
    id: 1,
    title: "Inspection of the stairwell",
    customerId: 1,
    customerName: "Lena Gruber",
    appointmentDate: "2026-03-11",
    appointmentTime: "09:30",
    duration: 60,
    location: "Lindengasse 4, 1070 Wien",
    description: null,
    status: "PLANNED",
    service: "Inspection",
    createdAt: NOON,
    updatedAt: NOON,
    ...over,
  };
}

/**
 * The event the marketplace would deliver about a row. Its `id` follows from name and row, so that the same event twice is
 * a repeated delivery.
 *
 * @example
 * ```ts
 * await host.event(eventFixture("request.created", requestFixture({ id: 41 })));
 * ```
 */
export function eventFixture(
  event: EventName,
  row: JsonObject & { readonly id: number },
  over: Partial<EventEnvelope> = {},
): EventEnvelope {
  if (!EVENTS.includes(event)) throw new Error(`There is no event ${event}`);
  return {
    id: `evt_${event}_${row.id}`,
    event,
    version: 1,
    occurredAt: NOON,
    entity: event.split(".")[0] as Entity,
    entityId: String(row.id),
    data: row,
    ...over,
  };
}
