import type { Row, Seed, User } from "./state.ts";

export const EMPTY_SEED: Seed = {
  users: [
    { id: 1, name: "Eva Admin", email: "eva@facility.example", role: "admin", status: "active", permissions: [] },
  ],
  customers: [],
  requests: [],
  appointments: [],
  notifications: [],
  plugins: [],
};

/** A cleaning and facility firm on an ordinary day; dates lie around `now` (Unix milliseconds). */
export function demoSeed(now: number): Seed {
  return {
    users: USERS,
    customers: CUSTOMERS.map((fields, index) => stamped(index + 1, now - (90 - index * 9) * DAY, fields)),
    requests: REQUESTS.map(({ hoursAgo, ...fields }, index) =>
      stamped(index + 1, now - hoursAgo * HOUR, {
        phone: null,
        processorId: null,
        customerId: null,
        appointmentId: null,
        source: "form",
        metadata: null,
        ipAddress: "203.0.113.20",
        ...fields,
      }),
    ),
    appointments: APPOINTMENTS.map(({ days, ...fields }, index) =>
      stamped(index + 1, now - 5 * DAY, {
        customerData: null,
        description: null,
        duration: 60,
        ...fields,
        appointmentDate: new Date(now + days * DAY).toISOString().slice(0, 10),
      }),
    ),
    notifications: [
      stamped(1, now - DAY, {
        userId: 1,
        title: "Private note for Eva",
        message: "Only user 1 may read this.",
        type: "user",
        isRead: false,
      }),
    ],
    plugins: [],
  };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function stamped(id: number, at: number, fields: Omit<Row, "id">): Row {
  const time = new Date(at).toISOString();
  return { ...fields, id, createdAt: time, updatedAt: time };
}

const USERS: readonly User[] = [
  {
    id: 1,
    name: "Eva Brandner",
    email: "eva@brandner-facility.example",
    role: "admin",
    status: "active",
    permissions: [],
  },
  {
    id: 2,
    name: "Jonas Kofler",
    email: "jonas@brandner-facility.example",
    role: "employee",
    status: "active",
    permissions: ["appointments.view", "requests.view"],
  },
];

const CUSTOMERS = [
  {
    name: "Maria Huber",
    company: null,
    email: "maria.huber@example.at",
    phone: "+43 660 1234567",
    address: "Lindengasse 14",
    postalCode: "1070",
    city: "Wien",
    country: "Österreich",
    vatNumber: null,
    notes: null,
    newsletter: true,
    status: "active",
    type: "private",
  },
  {
    name: "Thomas Berger",
    company: "Berger Steuerberatung GmbH",
    email: "office@berger-steuer.example",
    phone: "+43 1 5550142",
    address: "Mariahilfer Straße 88",
    postalCode: "1060",
    city: "Wien",
    country: "Österreich",
    vatNumber: "ATU13585627",
    notes: "Weekly office cleaning, key in safe",
    newsletter: false,
    status: "ACTIVE",
    type: "BUSINESS",
  },
  {
    name: "Sabine Keller",
    company: "Hausverwaltung Keller KG",
    email: "keller@hv-keller.example",
    phone: "+49 89 5550177",
    address: "Leopoldstraße 21",
    postalCode: "80802",
    city: "München",
    country: "Deutschland",
    vatNumber: "DE136695976",
    notes: null,
    newsletter: true,
    status: "ACTIVE",
    type: "BUSINESS",
  },
  {
    name: "Gemeinde Neudorf",
    company: "Gemeinde Neudorf",
    email: "amt@neudorf.example",
    phone: null,
    address: "Hauptplatz 1",
    postalCode: "8521",
    city: "Neudorf",
    country: "Österreich",
    vatNumber: null,
    notes: null,
    newsletter: false,
    status: "inactive",
    type: "GOVERNMENT",
  },
] as const;

const REQUESTS = [
  {
    hoursAgo: 2,
    name: "Petra Lang",
    email: "petra.lang@lang-logistik.example",
    phone: "+43 1 5550199",
    service: "Office cleaning",
    message: "We need daily cleaning for 1,200 m² of offices, starting next month. Please send an offer this week.",
    status: "new",
  },
  {
    hoursAgo: 20,
    name: "Thomas Berger",
    email: "office@berger-steuer.example",
    phone: "+43 1 5550142",
    service: "Window cleaning",
    message: "Two floors, as last spring. Is the second week possible?",
    status: "NEW",
    customerId: 2,
  },
  {
    hoursAgo: 50,
    name: "Felix Aigner",
    email: "felix.aigner@example.at",
    service: "Consulting",
    message: "What does an energy check cost?",
    status: "IN_PROGRESS",
    processorId: 2,
  },
  {
    hoursAgo: 120,
    name: "Sabine Keller",
    email: "keller@hv-keller.example",
    phone: "+49 89 5550177",
    service: "Facility management",
    message: "Winter service for three houses, contract from November to March.",
    status: "COMPLETED",
    processorId: 1,
    customerId: 3,
    appointmentId: 2,
  },
  {
    hoursAgo: 200,
    name: "Unknown",
    email: "promo@bulk.example",
    service: "Other",
    message: "Cheap leads for your company, click here.",
    status: "CANCELLED",
  },
] as const;

const APPOINTMENTS = [
  {
    days: 1,
    title: "Office cleaning, first floor",
    customerId: 2,
    customerName: "Thomas Berger",
    appointmentTime: "08:30",
    duration: 120,
    location: "Mariahilfer Straße 88, 1060 Wien",
    status: "CONFIRMED",
    service: "Office cleaning",
  },
  {
    days: 1,
    title: "Winter service walk-through",
    customerId: 3,
    customerName: "Sabine Keller",
    appointmentTime: "14:00",
    location: "Leopoldstraße 21, 80802 München",
    status: "planned",
    service: "Facility management",
  },
  {
    days: 1,
    title: "Stairwell cleaning",
    customerId: 4,
    customerName: "Gemeinde Neudorf",
    appointmentTime: "16:30",
    location: "Hauptplatz 1, 8521 Neudorf",
    status: "CANCELLED",
    service: "Cleaning",
  },
  {
    days: 4,
    title: "Window cleaning",
    customerId: 1,
    customerName: "Maria Huber",
    appointmentTime: "10:00",
    duration: 90,
    location: "Lindengasse 14, 1070 Wien",
    status: "PLANNED",
    service: "Window cleaning",
  },
  {
    days: -3,
    title: "Offer meeting",
    customerId: null,
    customerName: "Felix Aigner",
    appointmentTime: "09:00",
    location: null,
    status: "COMPLETED",
    service: "Consulting",
  },
] as const;
