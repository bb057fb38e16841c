/** JSON array of the ids of instances that the account of row `a` manages through its organizations. */
export const SHARED_INSTANCES = `(SELECT json_group_array(CAST(shared.id AS TEXT)) FROM publisher_members m
  JOIN instances shared ON shared.organization_id = m.publisher_id
  WHERE m.account_id = a.id AND m.role IN ('owner', 'maintainer'))`;
