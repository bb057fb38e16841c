/** What looking at webhooks that were sent needs of the world. */
export interface DeliveryLogPorts {
  readonly deliveryLog: DeliveryLog;
}

/** One webhook to an instance, without its body: that is rendered when it is sent. */
export interface LoggedDelivery {
  readonly id: string;
  readonly instanceId: string;
  readonly event: string;
  readonly subjectKind: "license" | "plugin" | "other";
  readonly subjectId: string | null;
  readonly sequence: number;
  readonly state: "queued" | "sending" | "delivered" | "dead";
  readonly attempts: number;
  readonly lastStatus: number | null;
  readonly notBefore: number;
  readonly createdAt: number;
  readonly deliveredAt: number | null;
}

export interface DeliveryLog {
  /** Newest first, those before `before`. */
  list(instanceId: string, before: string | null, limit: number): Promise<readonly LoggedDelivery[]>;
  /**
   * Owed again from now on, under the same id and sequence, and its hook resumed; null: the instance has no such delivery.
   * One that is on its way already stays as it is.
   */
  replay(instanceId: string, deliveryId: string, now: number): Promise<LoggedDelivery | null>;
}
