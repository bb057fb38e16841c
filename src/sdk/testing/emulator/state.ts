import type { Json, JsonObject } from "../../../domain/json/json.ts";

/** One row of the host's database. */
export type Row = { readonly id: number; [field: string]: Json };

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: "admin" | "manager" | "employee" | "user";
  readonly status: string;
  /** Host permission codes; an `admin` holds every one. */
  readonly permissions: readonly string[];
}

/** The host's API key. Its *number* decides which user the handler-checked routes test (quirk 2). */
export interface ApiKey {
  readonly id: number;
  readonly kind: "standard" | "admin";
  /** Limits a standard key on route-checked routes only. */
  readonly permissions: readonly string[];
}

export interface LocalPlugin {
  readonly id: number;
  readonly name: string;
  /** A text column: a number never matches it. */
  readonly marketplaceId: string;
  status: string;
  downloads: number;
  suspendReason?: string;
}

export interface LocalLicense {
  readonly licenseKey: string;
  readonly pluginId: number;
  readonly userId: number;
  readonly type: string;
  status: string;
  expiresAt: string | null;
  maxInstalls: number;
  currentInstalls: number;
}

export interface Seed {
  readonly users: readonly User[];
  readonly customers: readonly Row[];
  readonly requests: readonly Row[];
  readonly appointments: readonly Row[];
  readonly notifications: readonly Row[];
  readonly plugins: readonly LocalPlugin[];
}

export type Table = "customers" | "requests" | "appointments" | "notifications";

/** Everything the emulated instance remembers; tests read and change it freely. */
export interface EmulatorState {
  users: User[];
  customers: Row[];
  requests: Row[];
  appointments: Row[];
  notifications: Row[];
  notes: Row[];
  plugins: LocalPlugin[];
  licenses: LocalLicense[];
  /** Every request that reached `/api`, oldest first, without credentials. */
  readonly calls: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly plugin?: string;
    readonly installation?: string;
  }[];
}

/** Something the host would fire an automation event for: create, update and delete only. */
export interface EntityChange {
  readonly entity: "customer" | "request" | "appointment";
  readonly operation: "created" | "updated" | "deleted";
  readonly row: Row;
}

export function nextId(rows: readonly Row[]): number {
  return rows.reduce((highest, row) => Math.max(highest, row.id), 0) + 1;
}

export function copyOf(seed: Seed): EmulatorState {
  const rows = (list: readonly Row[]) => list.map((row) => structuredCopy(row));
  return {
    users: seed.users.map((user) => ({ ...user })),
    customers: rows(seed.customers),
    requests: rows(seed.requests),
    appointments: rows(seed.appointments),
    notifications: rows(seed.notifications),
    notes: [],
    plugins: seed.plugins.map((plugin) => ({ ...plugin })),
    licenses: [],
    calls: [],
  };
}

function structuredCopy<T extends JsonObject>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
