import type { CallReply } from "../../../domain/execution/job.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import type { Capability, InstallationObject, StorageAct, Wish } from "../../../market/execution/capability-ports.ts";

/** Values of this installation alone. Counting and acting are one message to its object. */
export class StorageCapability implements Capability {
  readonly #own: InstallationObject;
  readonly #maxBytes: number | null;

  constructor(own: InstallationObject, maxBytes: number | null) {
    this.#own = own;
    this.#maxBytes = maxBytes;
  }

  async perform({ method, args, rate }: Wish): Promise<CallReply> {
    return this.#own.perform(rate, actOf(method.slice("storage.".length), args), this.#maxBytes);
  }
}

/** Arguments were checked against the method's schema, which has the shape of the act. */
function actOf(act: string, args: JsonObject): StorageAct {
  if (act === "list") return { act, prefix: "", limit: 100, ...args };
  if (act === "increment") return { act, key: String(args.key), by: 1, ...args };
  return { ...args, act } as StorageAct;
}
