import type { License } from "../../../src/domain/license/license.ts";
import { NO_LIFE } from "../../../src/domain/license/terms.ts";

/** 2026-11-22T12:00:00Z */
export const NOON = 1_795_348_800;

/** An active basic license of three seats, open-ended, unless said otherwise. */
export function licenseOf(over: Partial<License> = {}): License {
  return {
    id: "42",
    uuid: "3b0d6f0e-0000-4000-8000-000000000042",
    instanceId: "5",
    pluginId: "7",
    publisherId: "2",
    userId: "1",
    type: "basic",
    state: "active",
    stateReason: null,
    issuedAt: NOON - 1_000,
    startsAt: NOON - 1_000,
    expiresAt: null,
    graceUntil: null,
    renewalBasis: "later",
    fallback: false,
    fallbackUntil: null,
    maxInstalls: 3,
    seatCap: 3,
    devSeats: 1,
    uniqueness: "license",
    seatMode: "node",
    seatScope: "license",
    drift: "majority",
    leaseTtl: 604_800,
    refreshSeconds: 86_400,
    reviveWindow: 604_800,
    offlineDays: 30,
    hardwareId: null,
    activationBudget: 20,
    epoch: 3,
    rev: 1,
    lastVerifiedAt: null,
    life: NO_LIFE,
    isTest: false,
    ...over,
  };
}
