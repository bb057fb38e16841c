/** The closed list of what a plugin may ask for (src/domain/manifest/README.md, Permissions). */
export const PERMISSIONS = [
  "appointments.read",
  "appointments.write",
  "customers.delete",
  "customers.read",
  "customers.write",
  "notifications.read",
  "notifications.send",
  "requests.read",
  "requests.write",
  "storage.delete",
  "storage.read",
  "storage.write",
  "users.read",
  "webhooks.trigger",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const PLUGIN_TYPES = ["ui", "api", "automation", "mixed"] as const;
export type PluginType = (typeof PLUGIN_TYPES)[number];

export const CATEGORIES = [
  "customers",
  "requests",
  "appointments",
  "notifications",
  "automation",
  "reporting",
  "finance",
  "communication",
  "integration",
  "other",
] as const;
export type Category = (typeof CATEGORIES)[number];

export const TIERS = ["free", "trial", "basic", "premium", "enterprise"] as const;
export type Tier = (typeof TIERS)[number];

export const CHANNELS = ["stable", "rc", "beta", "alpha"] as const;
export type Channel = (typeof CHANNELS)[number];
