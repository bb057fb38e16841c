import { encodeUtf8 } from "../../domain/bytes.ts";
import type { CallReply } from "../../domain/execution/job.ts";
import { withoutSecrets } from "../../domain/execution/people.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { crockford } from "../../domain/license/key.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { HostData, HostWish, PulledData, Snapshot } from "../../market/execution/ports.ts";
import type { World } from "../../market/ports.ts";
import { hostRequest } from "./host-routes.ts";

/** Actions of one instance that nobody fetched yet; a plugin that goes on writing is refused. */
const MAX_WAITING = 1000;

/**
 * The instance's data where it cannot be called (README, Pull mode). Reads answer from the rows that came with the event;
 * writes become actions that the instance fetches. A run that is repeated wishes the same in the same order, so its
 * actions have the same ids and are kept once.
 */
export function createPulledData(world: Pick<World, "actions" | "clock">): PulledData {
  return {
    of: (executionId, activationId, snapshot) => {
      let writes = 0;
      return {
        async call(wish) {
          const verb = wish.method.split(".", 2)[1];
          if (verb === "get" || verb === "list") return read(snapshot, wish);
          return write(world, executionId, activationId, writes++, wish);
        },
      } satisfies HostData;
    },
  };
}

function read(snapshot: Snapshot, { method, args }: HostWish): CallReply {
  const [entity, verb] = method.split(".", 2) as [keyof Snapshot, string];
  const rows = snapshot[entity]?.map((row) => withoutSecrets(row) as JsonObject);
  if (rows === undefined)
    return refused("host_unavailable", `The instance cannot be asked, and sent no ${entity} with this event`);
  if (verb === "get") {
    const found = rows.find(({ id }) => id === args.id);
    return found === undefined
      ? refused("host_unavailable", "The instance cannot be asked, and did not send this row with the event")
      : { ok: true, value: found };
  }
  const { page = 1, limit = 10, search, sortBy: _, sortDirection: __, ...filters } = args as { [name: string]: Json };
  const kept = rows.filter((row) => matches(row, filters) && (search === undefined || mentions(row, String(search))));
  const from = (Number(page) - 1) * Number(limit);
  const items = kept.slice(from, from + Number(limit));
  return { ok: true, value: { items, total: kept.length, page: Number(page), limit: Number(limit) } };
}

/** The host's words are compared without case, as it does itself. */
function matches(row: JsonObject, filters: { readonly [name: string]: Json }): boolean {
  return Object.entries(filters).every(
    ([name, wanted]) => !(name in row) || String(row[name]).toLowerCase() === String(wanted).toLowerCase(),
  );
}

function mentions(row: JsonObject, search: string): boolean {
  return Object.values(row).some(
    (value) => typeof value === "string" && value.toLowerCase().includes(search.toLowerCase()),
  );
}

async function write(
  world: Pick<World, "actions" | "clock">,
  executionId: string,
  activationId: string,
  number: number,
  wish: HostWish,
): Promise<CallReply> {
  const request = hostRequest(wish.method, wish.args, wish.userId);
  if (request === null) return refused("unknown_method", "No such method");
  const text = canonicalize([executionId, number, wish.method, wish.args]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encodeUtf8(text)));
  const id = `axn_${crockford(digest.slice(0, 17), 26)}`;
  const { instanceId, plugin, method } = wish;
  const action = { id, instanceId, activationId, executionId, plugin, method, request };
  const isKept = await world.actions.keep(action, MAX_WAITING, unixSeconds(world.clock.now()));
  if (!isKept) return refused("host_unavailable", "Too many writes wait for the instance to fetch them");
  const verb = method.split(".", 2)[1];
  if (verb === "delete" || verb === "cancel" || verb === "send") return { ok: true, value: null };
  const data = (wish.args.data ?? {}) as JsonObject;
  return {
    ok: true,
    value: { ...data, ...(wish.args.id === undefined ? {} : { id: wish.args.id }), pendingAction: id },
  };
}

function refused(code: "host_unavailable" | "unknown_method", message: string): CallReply {
  return { ok: false, error: { code, message } };
}
