import type { Permission } from "../../domain/manifest/permissions.ts";

/** What a permission lets a plugin do, said to somebody who decides about it. */
export const PLAIN_WORDS: Readonly<Record<Permission, string>> = {
  "appointments.read": "see every appointment, and hear of changes to them",
  "appointments.write": "make, change and cancel appointments",
  "customers.delete": "delete customers",
  "customers.read": "see every customer, and hear of changes to them",
  "customers.write": "make and change customers",
  "notifications.read": "see the notifications it sent",
  "notifications.send": "send notifications to the user who installed it",
  "requests.read": "see every request, and hear of changes to them",
  "requests.write": "make and change requests",
  "storage.delete": "delete what it stored",
  "storage.read": "read what it stored",
  "storage.write": "keep data of its own",
  "users.read": "hear of changes to users",
  "webhooks.trigger": "send what happens to other services",
};
