import type { Role } from "./publisher.ts";

/** What members of an organization may do (README, Organizations). A scope of their credential is needed besides. */
export const ORGANIZATION_RIGHTS = {
  /** Members, transfer, keys. */
  administer: ["owner"],
  /** Approve, publish, yank, deprecate; let an instance act for the organization. */
  publish: ["owner", "maintainer"],
  /** Stage, edit listings, answer reviews. */
  edit: ["owner", "maintainer", "developer"],
  /** Issue and change licenses of its plugins. */
  license: ["owner", "maintainer", "billing"],
  statistics: ["owner", "maintainer", "analyst", "billing"],
  /** Payouts, prices. */
  sell: ["owner", "billing"],
} as const satisfies Record<string, readonly Role[]>;

export function mayAs(role: Role, act: keyof typeof ORGANIZATION_RIGHTS): boolean {
  return (ORGANIZATION_RIGHTS[act] as readonly Role[]).includes(role);
}
