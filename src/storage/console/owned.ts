/**
 * Does row `i` of `instances` belong to account `?1`: registered by it, or of an organization that it owns or maintains?
 * The same rule as `manages` of the domain.
 */
export const OWNED_INSTANCE = `(i.account_id = ?1 OR EXISTS (SELECT 1 FROM publisher_members pm
  WHERE pm.publisher_id = i.organization_id AND pm.account_id = ?1 AND pm.role IN ('owner', 'maintainer')))`;
