import type { CallReply } from "../../../domain/execution/job.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import type { Capability, FileAct, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";

/** Files of this installation alone: names in its object, bytes in the bucket under keys that no plugin chooses. */
export class FilesCapability implements Capability {
  readonly #own: InstallationObject;
  readonly #maxBytes: number | null;

  constructor(own: InstallationObject, maxBytes: number | null) {
    this.#own = own;
    this.#maxBytes = maxBytes;
  }

  async perform({ method, args, bytes, rate }: Wish): Promise<CallReply> {
    const act = actOf(method.slice("files.".length), args, bytes ?? new Uint8Array());
    return this.#own.performFile(rate, act, this.#maxBytes);
  }
}

function actOf(act: string, args: JsonObject, bytes: Uint8Array<ArrayBuffer>): FileAct {
  if (act === "put") return { act, key: String(args.key), contentType: String(args.contentType), bytes };
  if (act === "list") return { act, prefix: "", limit: 100, ...args };
  return { ...args, act } as FileAct;
}
