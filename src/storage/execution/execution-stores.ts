import { createActionStore } from "./actions-store.ts";
import { consentsOnD1 } from "./consents.ts";
import { createEventHookStore } from "./event-hook-store.ts";
import { createExecutionStore } from "./execution-store.ts";
import { createHealthStore } from "./health-store.ts";
import { createKeptStorages } from "./kept-storages.ts";
import { createLifecycleStore } from "./lifecycle-store.ts";
import { createPingStore } from "./ping-store.ts";
import { createPluginWebhooks } from "./plugin-webhooks.ts";
import { createRunStore } from "./run-store.ts";
import { createScheduleStore } from "./schedule-store.ts";
import { settingsOnD1 } from "./settings.ts";
import { createTailStore } from "./tail-store.ts";
import { createUiTicketStore } from "./ui-ticket-store.ts";
import { createWatchStore } from "./watch-store.ts";

/** Everything that running plugins keeps in D1, by the names of their ports. */
export function executionStores(db: D1Database) {
  return {
    executions: createExecutionStore(db),
    settings: settingsOnD1(db),
    consents: consentsOnD1(db),
    pluginWebhooks: createPluginWebhooks(db),
    runs: createRunStore(db),
    lifecycle: createLifecycleStore(db),
    schedules: createScheduleStore(db),
    health: createHealthStore(db),
    actions: createActionStore(db),
    eventHooks: createEventHookStore(db),
    tails: createTailStore(db),
    pings: createPingStore(db),
    watches: createWatchStore(db),
    uiTickets: createUiTicketStore(db),
    keptStorages: createKeptStorages(db),
  };
}
