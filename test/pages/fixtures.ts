import type { PluginDetail, ReviewRow } from "../../src/market/catalogue/views.ts";

/** 1 November 2026, 12:00 UTC. */
export const NOON = 1_793_534_400;
export const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const README = `# Appointment reminder

Sends your customers a short reminder **one day before** an appointment, so fewer people forget it.

## What it does

- looks at tomorrow's appointments every evening
- writes a reminder in the customer's language
- leaves out appointments that were cancelled

| Setting | Default | Meaning |
|---|---|---|
| Hour | 18:00 | When the reminders go out |
| Quiet days | Sunday | No reminders on these days |

> Reminders are sent from your own Rising BSM; no address leaves it.

See [the handbook](https://handbook.example/reminder) or run \`rbsm info appointment-reminder\`.

\`\`\`ts
export default definePlugin({ events: { "appointment.created": remind } });
\`\`\`
`;

/** A published plugin as the detail page gets it; a test changes what it is about. */
export function pluginDetail(change: Partial<PluginDetail> = {}): PluginDetail {
  return {
    id: "42",
    uuid: "3f0f1f52-9d1c-4f0e-8b7e-0c8f4a2b6d11",
    name: "appointment-reminder",
    displayName: "Appointment reminder",
    description: "Reminds your customers one day before their appointment, so fewer of them forget it.",
    type: "automation",
    category: "appointments",
    tags: ["calendar", "reminder", "sms"],
    version: "1.2.0",
    publisher: { id: "3", handle: "alpenware", displayName: "Alpenware" },
    icon: null,
    screenshots: [],
    pricing: {
      currency: "EUR",
      tiers: [
        tier("free", 0, "none", 1, 1000, 10, ["Reminders for one calendar"]),
        { ...tier("basic", 900, "month", 3, 10_000, 100, ["All calendars", "Own texts"]), popular: true },
        tier("premium", 1900, "month", 10, 100_000, 1000, ["Several languages", "Priority support"]),
        tier("enterprise", null, "none", null, null, null, ["Your own agreement"]),
      ],
    },
    trialDays: 14,
    downloads: 1280,
    rating: { average: 4.6, count: 31 },
    status: "approved",
    rev: 7,
    minAppVersion: "0.1.0",
    maxAppVersion: null,
    permissions: [
      { code: "appointments.read", description: "Finds tomorrow's appointments.", required: true },
      { code: "notifications.send", description: "Tells your team what was sent.", required: false },
      { code: "storage.write", description: "Remembers which reminders went out.", required: true },
    ],
    dependencies: [{ name: "sms-gateway", range: "^2.1.0" }],
    sha256: SHA256,
    delivery: "public",
    listed: true,
    createdAt: NOON - 86_400 * 90,
    updatedAt: NOON,
    readme: README,
    changelog: "",
    license: "MIT",
    homepage: "https://alpenware.example/reminder",
    repository: "https://git.example/alpenware/reminder",
    support: { url: null, email: "help@alpenware.example" },
    security: "security@alpenware.example",
    egress: [{ host: "api.sms.example", reason: "Sends the text messages." }],
    events: ["appointment.created", "appointment.status_changed"],
    size: 48_211,
    trust: {
      statementSha256: "1f".repeat(32),
      publisherKeyId: "2a".repeat(32),
      receiptSha256: "3b".repeat(32),
      receiptKeyId: "4c".repeat(32),
      publication: 4,
      publishedAt: NOON,
      closureDigest: "5d".repeat(32),
      reproducible: "yes",
    },
    activeInstalls: 97,
    versions: [
      version("1.2.0", NOON, ["Quiet hours: nothing is sent at night", "Texts in German and English"]),
      version("1.1.0", NOON - 86_400 * 30, ["Remembers which reminders went out"]),
      { ...version("1.1.0-beta.1", NOON - 86_400 * 40, []), channel: "beta", state: "yanked" },
    ],
    ...change,
  };
}

export function review(change: Partial<ReviewRow> = {}): ReviewRow {
  return {
    id: "88",
    userId: "7",
    userName: "Eva",
    rating: 5,
    title: "Saves an hour a day",
    comment: "We used to call everybody.\nNow the phone stays quiet.",
    version: "1.2.0",
    createdAt: NOON - 86_400 * 3,
    isEdited: false,
    helpful: 3,
    notHelpful: 0,
    reply: { text: "Thank you, Eva.", createdAt: NOON - 86_400 },
    ...change,
  };
}

function tier(
  id: "free" | "basic" | "premium" | "enterprise",
  price: number | null,
  interval: "none" | "month",
  installs: number | null,
  apiCalls: number | null,
  storageMiB: number | null,
  features: readonly string[],
) {
  return { id, price, interval, features, limits: { installs, apiCalls, storageMiB, users: null }, popular: false };
}

function version(version: string, releasedAt: number, changes: readonly string[]) {
  return {
    version,
    channel: "stable",
    state: "published",
    notice: null,
    releasedAt,
    changes,
    size: 48_211,
    sha256: SHA256,
    downloads: 412,
  } as const;
}
