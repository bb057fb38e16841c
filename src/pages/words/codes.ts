import {
  CATEGORIES,
  type Category,
  type Channel,
  type Permission,
  type PluginType,
  type Tier,
} from "../../domain/manifest/permissions.ts";
import type { IconName } from "../icons.ts";
import { dictionary, wordsOf } from "./dictionary.ts";

/*
 * What people read instead of our codes.
 */

interface TypeWords {
  readonly label: string;
  readonly sentence: string;
}

const TYPES = dictionary<Record<PluginType, TypeWords>>({
  en: {
    ui: { label: "UI", sentence: "Pages and widgets inside your dashboard" },
    api: { label: "API", sentence: "Connects other services to your data" },
    automation: { label: "Automation", sentence: "Works on its own when something happens" },
    mixed: { label: "Mixed", sentence: "Pages, automation and interfaces in one" },
  },
  de: {
    ui: { label: "Oberfläche", sentence: "Seiten und Widgets in Ihrem Dashboard" },
    api: { label: "Schnittstelle", sentence: "Verbindet andere Dienste mit Ihren Daten" },
    automation: { label: "Automatisierung", sentence: "Arbeitet von selbst, sobald etwas geschieht" },
    mixed: { label: "Gemischt", sentence: "Seiten, Automatisierung und Schnittstellen in einem" },
  },
});

const TYPE_ICONS = {
  ui: "palette",
  api: "code",
  automation: "workflow",
  mixed: "layers",
} as const satisfies Record<PluginType, IconName>;

export function typeWords(type: PluginType): TypeWords & { readonly icon: IconName } {
  return { ...wordsOf(TYPES)[type], icon: TYPE_ICONS[type] };
}

const CATEGORY_LABELS = dictionary<Record<Category, string>>({
  en: {
    customers: "Customers",
    requests: "Requests",
    appointments: "Appointments",
    notifications: "Notifications",
    automation: "Automation",
    reporting: "Reporting",
    finance: "Finance",
    communication: "Communication",
    integration: "Integration",
    other: "Other",
  },
  de: {
    customers: "Kunden",
    requests: "Anfragen",
    appointments: "Termine",
    notifications: "Benachrichtigungen",
    automation: "Automatisierung",
    reporting: "Auswertungen",
    finance: "Finanzen",
    communication: "Kommunikation",
    integration: "Anbindungen",
    other: "Sonstiges",
  },
});

const CATEGORY_ICONS = {
  customers: "users",
  requests: "inbox",
  appointments: "calendar",
  notifications: "bell",
  automation: "zap",
  reporting: "chart-column",
  finance: "euro",
  communication: "message-square",
  integration: "plug",
  other: "package",
} as const satisfies Record<Category, IconName>;

export function categoryWords(category: Category): { readonly label: string; readonly icon: IconName } {
  return { label: wordsOf(CATEGORY_LABELS)[category], icon: CATEGORY_ICONS[category] };
}

/** A category of the curated list, or undefined: listings of old instances may carry any word. */
export function knownCategory(category: string): Category | undefined {
  return CATEGORIES.find((known) => known === category);
}

const TIERS = dictionary<Record<Tier, string>>({
  en: { free: "Free", trial: "Trial", basic: "Basic", premium: "Premium", enterprise: "Enterprise" },
  de: { free: "Kostenlos", trial: "Testphase", basic: "Basic", premium: "Premium", enterprise: "Enterprise" },
});

export function tierWords(tier: Tier): string {
  return wordsOf(TIERS)[tier];
}

const CHANNELS = dictionary<Record<Channel, string>>({
  en: { stable: "stable", rc: "release candidate", beta: "beta", alpha: "alpha" },
  de: { stable: "stabil", rc: "Vorabversion", beta: "Beta", alpha: "Alpha" },
});

export function channelWords(channel: Channel): string {
  return wordsOf(CHANNELS)[channel];
}

interface PermissionWords {
  readonly title: string;
  readonly sentence: string;
}

const PERMISSIONS = dictionary<Record<Permission, PermissionWords>>({
  en: {
    "appointments.read": {
      title: "See appointments",
      sentence: "Read dates, times, places and the customer of your appointments.",
    },
    "appointments.write": {
      title: "Create and change appointments",
      sentence: "Add appointments to your calendar, move them and change their status.",
    },
    "customers.delete": { title: "Delete customers", sentence: "Remove customer records for good." },
    "customers.read": {
      title: "See customers",
      sentence: "Read names, addresses, e-mail and phone numbers of your customers.",
    },
    "customers.write": {
      title: "Create and change customers",
      sentence: "Add customers and change what is stored about them.",
    },
    "notifications.read": {
      title: "See its own notifications",
      sentence: "Read the notifications this plugin has sent, and nobody else's.",
    },
    "notifications.send": {
      title: "Send notifications",
      sentence: "Show notifications to people in your Rising BSM.",
    },
    "requests.read": {
      title: "See contact requests",
      sentence: "Read incoming requests with the sender's name, contact details and message.",
    },
    "requests.write": {
      title: "Create and change requests",
      sentence: "Add contact requests, assign them and change their status.",
    },
    "storage.delete": {
      title: "Delete its own data",
      sentence: "Remove what this plugin has stored for itself.",
    },
    "storage.read": {
      title: "Read its own data",
      sentence: "Read what this plugin has stored for itself; no other plugin sees it.",
    },
    "storage.write": {
      title: "Store its own data",
      sentence: "Keep data of its own, within the storage of your license.",
    },
    "users.read": {
      title: "See your team",
      sentence: "Read names, e-mail addresses and roles of the people who use your Rising BSM.",
    },
    "webhooks.trigger": {
      title: "Trigger webhooks",
      sentence: "Start the webhooks you have set up in your Rising BSM.",
    },
  },
  de: {
    "appointments.read": {
      title: "Termine sehen",
      sentence: "Liest Datum, Uhrzeit, Ort und Kunde Ihrer Termine.",
    },
    "appointments.write": {
      title: "Termine anlegen und ändern",
      sentence: "Trägt Termine in Ihren Kalender ein, verschiebt sie und ändert ihren Status.",
    },
    "customers.delete": { title: "Kunden löschen", sentence: "Entfernt Kundendaten endgültig." },
    "customers.read": {
      title: "Kunden sehen",
      sentence: "Liest Namen, Adressen, E-Mail-Adressen und Telefonnummern Ihrer Kunden.",
    },
    "customers.write": {
      title: "Kunden anlegen und ändern",
      sentence: "Legt Kunden an und ändert, was über sie gespeichert ist.",
    },
    "notifications.read": {
      title: "Eigene Benachrichtigungen sehen",
      sentence: "Liest die Benachrichtigungen, die dieses Plugin selbst gesendet hat, und keine anderen.",
    },
    "notifications.send": {
      title: "Benachrichtigungen senden",
      sentence: "Zeigt den Personen in Ihrem Rising BSM Benachrichtigungen an.",
    },
    "requests.read": {
      title: "Kontaktanfragen sehen",
      sentence: "Liest eingehende Anfragen mit Name, Kontaktdaten und Nachricht der Absender.",
    },
    "requests.write": {
      title: "Anfragen anlegen und ändern",
      sentence: "Legt Kontaktanfragen an, weist sie zu und ändert ihren Status.",
    },
    "storage.delete": {
      title: "Eigene Daten löschen",
      sentence: "Entfernt, was dieses Plugin für sich selbst gespeichert hat.",
    },
    "storage.read": {
      title: "Eigene Daten lesen",
      sentence: "Liest, was dieses Plugin für sich selbst gespeichert hat; kein anderes Plugin sieht es.",
    },
    "storage.write": {
      title: "Eigene Daten speichern",
      sentence: "Behält eigene Daten, im Rahmen des Speichers Ihrer Lizenz.",
    },
    "users.read": {
      title: "Ihr Team sehen",
      sentence: "Liest Namen, E-Mail-Adressen und Rollen der Personen, die Ihr Rising BSM benutzen.",
    },
    "webhooks.trigger": {
      title: "Webhooks auslösen",
      sentence: "Startet die Webhooks, die Sie in Ihrem Rising BSM eingerichtet haben.",
    },
  },
});

const PERMISSION_ICONS = {
  "appointments.read": "calendar",
  "appointments.write": "calendar",
  "customers.delete": "users",
  "customers.read": "users",
  "customers.write": "users",
  "notifications.read": "bell",
  "notifications.send": "bell",
  "requests.read": "inbox",
  "requests.write": "inbox",
  "storage.delete": "server",
  "storage.read": "server",
  "storage.write": "server",
  "users.read": "users",
  "webhooks.trigger": "zap",
} as const satisfies Record<Permission, IconName>;

export function permissionWords(code: Permission): PermissionWords & { readonly icon: IconName } {
  return { ...wordsOf(PERMISSIONS)[code], icon: PERMISSION_ICONS[code] };
}

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSION_ICONS, text);
}
