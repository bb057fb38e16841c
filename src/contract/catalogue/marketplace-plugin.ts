import * as z from "zod";

const TEXT = z.string();

/** The host's plugin object (README of the API, Host contract): decimal-string ids, absent instead of null, euros. */
export const MARKETPLACE_PLUGIN = z
  .object({
    id: TEXT.regex(/^[1-9][0-9]*$/),
    uuid: TEXT,
    name: TEXT,
    displayName: TEXT,
    description: TEXT,
    version: TEXT,
    author: TEXT,
    authorId: TEXT,
    category: TEXT,
    type: z.enum(["ui", "api", "automation", "mixed"]),
    tags: z.array(TEXT),
    icon: TEXT.optional(),
    screenshots: z.array(TEXT),
    pricing: z.record(TEXT, z.number()),
    trialDays: z.int(),
    downloads: z.int(),
    rating: z.number(),
    status: z.enum(["pending", "review", "approved", "rejected", "suspended"]),
    checksum: TEXT.regex(/^[0-9a-f]{64}$/).optional(),
    bundleUrl: TEXT.optional(),
    permissions: z.array(z.object({ code: TEXT, name: TEXT, description: TEXT, required: z.boolean() })),
    dependencies: z.array(z.object({ pluginName: TEXT, minVersion: TEXT, range: TEXT })),
    minAppVersion: TEXT,
    maxAppVersion: TEXT.optional(),
    createdAt: TEXT,
    updatedAt: TEXT,
  })
  .meta({ id: "MarketplacePlugin" });
export type MarketplacePlugin = z.output<typeof MARKETPLACE_PLUGIN>;
