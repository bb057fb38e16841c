import type { CallReply, LicenseFacts } from "../../domain/execution/job.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";

/** The stub of the capabilities of one run, as the isolate sees it. */
export interface Bridge {
  call(method: string, args: Json, bytes?: Uint8Array): Promise<CallReply>;
  log(level: string, text: string): Promise<void>;
}

export interface About {
  readonly plugin: string;
  readonly version: string;
  readonly installation: string;
  readonly settings: JsonObject;
  readonly license: LicenseFacts;
}

/** What context methods throw. */
export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly code: string;
  readonly retryAfter?: number;

  constructor(code: string, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}
