import type { CallReply, Job, RunnerCall, RunReply } from "../domain/execution/job.ts";
import type { Method } from "../domain/execution/methods.ts";
import type { Json } from "../domain/json/json.ts";

/**
 * The wire between the marketplace and the sandbox Worker. Plain JSON except `host`, an RpcTarget that lives as long as
 * one execution. Every answer is an envelope: between processes thrown errors lose their properties, and plugins can
 * forge messages.
 */
export interface Runner {
  ping(): Promise<true>;
  /** `module` is the text of server/main.js; without it and without a kept copy the answer is `need_module`. */
  run(job: Job, call: RunnerCall, host: HostSession, module?: string): Promise<RunReply>;
}

/** The marketplace's side of one execution. Closed when `run` settles: later calls get `session_closed`. */
export interface HostSession {
  /** `bytes` is the content of a file that is put, and belongs to no other method. */
  call(method: Method, args: Json, bytes?: Uint8Array): Promise<CallReply>;
  /** Settles when the run shall end because its installation, release or license was stopped; asked by long runs only. */
  stopped?(): Promise<void>;
}
