export type { Emulator, EmulatorOptions, Fault } from "./emulator/emulator.ts";
export { createEmulator } from "./emulator/emulator.ts";
export { demoSeed, EMPTY_SEED } from "./emulator/seed.ts";
export type { ApiKey, EmulatorState, EntityChange, Row, Seed, User } from "./emulator/state.ts";
export type { ReceivedWebhook, WebhookSettings } from "./emulator/webhook.ts";
export { appointmentFixture, customerFixture, eventFixture, requestFixture } from "./fixtures.ts";
export type { TestHost, TestHostOptions, TestManifest, TestRun } from "./host/test-host.ts";
export { createTestHost } from "./host/test-host.ts";
