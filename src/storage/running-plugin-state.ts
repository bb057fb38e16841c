/**
 * SQL: the state of plugin `p` as those meet it who have it already. A plugin that the desk only looks into runs on where it
 * runs, as an archived one does; one that was suspended stops.
 */
export const RUNNING_PLUGIN_STATE =
  "iif(p.state = 'quarantined' AND NOT EXISTS (SELECT 1 FROM plugin_suspensions q WHERE q.plugin_id = p.id), 'archived', p.state)";
