import { and, eq, gt, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { RouteUser } from "../../domain/execution/job.ts";
import type { Theme } from "../../domain/ui/messages.ts";
import type { UiTicketStore } from "../../market/execution/ui-ports.ts";
import { uiTickets } from "./ui-schema.ts";

export function createUiTicketStore(database: D1Database): UiTicketStore {
  const db = drizzle(database);
  return {
    async keep({ user, theme, ...ticket }, digests, now) {
      await db.insert(uiTickets).values({
        ...ticket,
        ticketSha256: digests.ticket,
        filesSha256: digests.files,
        user: JSON.stringify(user),
        theme: JSON.stringify(theme),
        createdAt: now,
      });
    },

    async find(digest, now) {
      const named =
        "ticket" in digest ? eq(uiTickets.ticketSha256, digest.ticket) : eq(uiTickets.filesSha256, digest.files);
      const row = await db
        .select()
        .from(uiTickets)
        .where(and(named, gt(uiTickets.validUntil, now)))
        .get();
      if (row === undefined) return null;
      const { activationId, slot, entityId, hostOrigin, validUntil } = row;
      const user = JSON.parse(row.user) as RouteUser;
      return { activationId, slot, entityId, hostOrigin, validUntil, user, theme: JSON.parse(row.theme) as Theme };
    },

    async sweep(now) {
      await db.delete(uiTickets).where(lte(uiTickets.validUntil, now));
    },
  };
}
