import type { InstanceCredential } from "../account/ports.ts";

/** What answering a host without the database needs of the world. */
export interface LastGoodPorts {
  readonly lastGood: LastGoodStore;
}

/** The question a host repeats; the key is known by its hash alone. */
export interface HostQuestion {
  readonly keyHash: string;
  readonly pluginId: string;
  readonly hardwareId: string;
}

/** A positive answer and what proves the instance that may have it again. */
export interface GoodAnswer {
  readonly licenseId: string;
  /** The license's epoch it was given under: an answer older than what was forgotten is not kept. */
  readonly epoch: number;
  readonly credential: InstanceCredential;
  /** JSON of the answer, without the license key. */
  readonly answer: string;
  /** Unix seconds: the end of the lease it was given under. */
  readonly until: number;
}

/**
 * The last good answers of each instance, outside the database. Kept to the end of the lease, forgotten when the right is
 * taken. Losing one costs an answer while the database is away, nothing else.
 */
export interface LastGoodStore {
  keep(apiKey: string, question: HostQuestion, good: GoodAnswer): Promise<void>;
  find(apiKey: string, question: HostQuestion, now: number): Promise<GoodAnswer | null>;
  /** Answers of the license's earlier epochs; also those that are still on their way here. */
  forgetLicense(instanceId: string, licenseId: string, epoch: number): Promise<void>;
  /** All answers of an instance that was stopped; none is kept until it may go on. */
  holdBack(apiKey: string, isHeld: boolean): Promise<void>;
}
