import { and, eq, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AccountLink, LinkStore } from "../../market/account/link-ports.ts";
import { accountLinks } from "./session-schema.ts";

export function createLinkStore(db: D1Database): LinkStore {
  const orm = drizzle(db);
  const living = (codeHash: string, now: number) =>
    and(eq(accountLinks.codeHash, codeHash), gt(accountLinks.expiresAt, now));
  return {
    async make(codeHash, link, by, createdAt, expiresAt) {
      await orm.insert(accountLinks).values({
        codeHash,
        purpose: link.purpose,
        accountId: "accountId" in link ? Number(link.accountId) : null,
        name: "name" in link ? link.name : null,
        email: "email" in link ? link.email : null,
        publisherId: "publisherId" in link ? Number(link.publisherId) : null,
        role: "role" in link ? link.role : null,
        madeBy: by === null ? null : Number(by),
        createdAt,
        expiresAt,
      });
    },
    async find(codeHash, now) {
      const row = await orm.select().from(accountLinks).where(living(codeHash, now)).get();
      return row ? read(row) : null;
    },
    async spend(codeHash, now) {
      const [row] = await orm.delete(accountLinks).where(living(codeHash, now)).returning();
      return row ? read(row) : null;
    },
  };
}

/** A row holds what its purpose needs: `make` wrote it from this very type. */
function read(row: typeof accountLinks.$inferSelect): AccountLink {
  const { purpose, name, email, role } = row;
  const accountId = String(row.accountId);
  if (purpose === "sign_in") return { purpose, accountId };
  if (email !== null && purpose === "verify_email") return { purpose, accountId, email };
  if (email !== null && name !== null && purpose === "sign_up") return { purpose, name, email };
  if (email !== null && role !== null && purpose === "join")
    return { purpose, email, publisherId: String(row.publisherId), role };
  throw new Error(`a link of ${purpose} lacks what it needs`);
}
