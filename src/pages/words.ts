import {
  CATEGORIES,
  type Category,
  type Permission,
  type PluginType,
  type Tier,
} from "../domain/manifest/permissions.ts";
import type { IconName } from "./icons.ts";

/** What people read instead of our codes. */
export const TYPE_WORDS = {
  ui: { label: "UI", icon: "palette", sentence: "Pages and widgets inside your dashboard" },
  api: { label: "API", icon: "code", sentence: "Connects other services to your data" },
  automation: { label: "Automation", icon: "workflow", sentence: "Works on its own when something happens" },
  mixed: { label: "Mixed", icon: "layers", sentence: "Pages, automation and interfaces in one" },
} as const satisfies Record<PluginType, { label: string; icon: IconName; sentence: string }>;

export const CATEGORY_WORDS = {
  customers: { label: "Customers", icon: "users" },
  requests: { label: "Requests", icon: "inbox" },
  appointments: { label: "Appointments", icon: "calendar" },
  notifications: { label: "Notifications", icon: "bell" },
  automation: { label: "Automation", icon: "zap" },
  reporting: { label: "Reporting", icon: "chart-column" },
  finance: { label: "Finance", icon: "euro" },
  communication: { label: "Communication", icon: "message-square" },
  integration: { label: "Integration", icon: "plug" },
  other: { label: "Other", icon: "package" },
} as const satisfies Record<Category, { label: string; icon: IconName }>;

export const TIER_WORDS = {
  free: "Free",
  trial: "Trial",
  basic: "Basic",
  premium: "Premium",
  enterprise: "Enterprise",
} as const satisfies Record<Tier, string>;

export const PERMISSION_WORDS = {
  "appointments.read": {
    title: "See appointments",
    sentence: "Read dates, times, places and the customer of your appointments.",
    icon: "calendar",
  },
  "appointments.write": {
    title: "Create and change appointments",
    sentence: "Add appointments to your calendar, move them and change their status.",
    icon: "calendar",
  },
  "customers.delete": { title: "Delete customers", sentence: "Remove customer records for good.", icon: "users" },
  "customers.read": {
    title: "See customers",
    sentence: "Read names, addresses, e-mail and phone numbers of your customers.",
    icon: "users",
  },
  "customers.write": {
    title: "Create and change customers",
    sentence: "Add customers and change what is stored about them.",
    icon: "users",
  },
  "notifications.read": {
    title: "See its own notifications",
    sentence: "Read the notifications this plugin has sent, and nobody else's.",
    icon: "bell",
  },
  "notifications.send": {
    title: "Send notifications",
    sentence: "Show notifications to people in your Rising BSM.",
    icon: "bell",
  },
  "requests.read": {
    title: "See contact requests",
    sentence: "Read incoming requests with the sender's name, contact details and message.",
    icon: "inbox",
  },
  "requests.write": {
    title: "Create and change requests",
    sentence: "Add contact requests, assign them and change their status.",
    icon: "inbox",
  },
  "storage.delete": {
    title: "Delete its own data",
    sentence: "Remove what this plugin has stored for itself.",
    icon: "server",
  },
  "storage.read": {
    title: "Read its own data",
    sentence: "Read what this plugin has stored for itself; no other plugin sees it.",
    icon: "server",
  },
  "storage.write": {
    title: "Store its own data",
    sentence: "Keep data of its own, within the storage of your license.",
    icon: "server",
  },
  "users.read": {
    title: "See your team",
    sentence: "Read names, e-mail addresses and roles of the people who use your Rising BSM.",
    icon: "users",
  },
  "webhooks.trigger": {
    title: "Trigger webhooks",
    sentence: "Start the webhooks you have set up in your Rising BSM.",
    icon: "zap",
  },
} as const satisfies Record<Permission, { title: string; sentence: string; icon: IconName }>;

/** A category of the curated list, or undefined: listings of old instances may carry any word. */
export function knownCategory(category: string): Category | undefined {
  return CATEGORIES.find((known) => known === category);
}
