import type { Permission } from "../manifest/permissions.ts";

/**
 * Every method a plugin can call on the bridge: the permission it needs and how often one plugin in one installation
 * may call it in a minute. A method that is not here does not exist. Without a permission, what it answers is the
 * plugin's own (its readable secrets, its texts) or is limited by what its manifest declares (its events).
 */
export const METHODS = {
  "customers.list": { permission: "customers.read", perMinute: 100 },
  "customers.get": { permission: "customers.read", perMinute: 1000 },
  "customers.create": { permission: "customers.write", perMinute: 10 },
  "customers.update": { permission: "customers.write", perMinute: 100 },
  "customers.delete": { permission: "customers.delete", perMinute: 10 },
  "requests.list": { permission: "requests.read", perMinute: 100 },
  "requests.get": { permission: "requests.read", perMinute: 1000 },
  "requests.create": { permission: "requests.write", perMinute: 50 },
  "requests.update": { permission: "requests.write", perMinute: 100 },
  "appointments.list": { permission: "appointments.read", perMinute: 100 },
  "appointments.get": { permission: "appointments.read", perMinute: 1000 },
  "appointments.create": { permission: "appointments.write", perMinute: 50 },
  "appointments.update": { permission: "appointments.write", perMinute: 100 },
  "appointments.cancel": { permission: "appointments.write", perMinute: 50 },
  "notifications.send": { permission: "notifications.send", perMinute: 100 },
  "notifications.list": { permission: "notifications.read", perMinute: 100 },
  "storage.get": { permission: "storage.read", perMinute: 1000 },
  "storage.list": { permission: "storage.read", perMinute: 100 },
  "storage.set": { permission: "storage.write", perMinute: 1000 },
  "storage.delete": { permission: "storage.delete", perMinute: 1000 },
  "storage.getMany": { permission: "storage.read", perMinute: 1000 },
  "storage.setMany": { permission: "storage.write", perMinute: 1000 },
  "storage.compareAndSet": { permission: "storage.write", perMinute: 1000 },
  "storage.increment": { permission: "storage.write", perMinute: 1000 },
  "files.put": { permission: "storage.write", perMinute: 10 },
  "files.get": { permission: "storage.read", perMinute: 100 },
  "files.list": { permission: "storage.read", perMinute: 100 },
  "files.delete": { permission: "storage.delete", perMinute: 50 },
  "secrets.get": { permission: null, perMinute: 100 },
  "events.emit": { permission: null, perMinute: 100 },
  "webhooks.trigger": { permission: "webhooks.trigger", perMinute: 100 },
  "i18n.strings": { permission: null, perMinute: 100 },
} as const satisfies Record<string, { permission: Permission | null; perMinute: number }>;
export type Method = keyof typeof METHODS;
