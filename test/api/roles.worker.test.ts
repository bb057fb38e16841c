import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { makeLicenseKey } from "../../src/domain/license/key.ts";
import { call, ORIGIN } from "./account/calls.worker.ts";
import { checkAnswer } from "./check-answer.ts";
import { makeInstance, makePublisher, makeRelease, operatorToken, publish, upload } from "./publish/market.worker.ts";

/**
 * Everybody who calls: nobody; the publisher `acme` and its rival; the admin whose instance is `a`, and a stranger whose
 * instance is `b`; the operator.
 */
type Caller = "nobody" | "acme" | "rival" | "admin" | "stranger" | "operator" | "a" | "b";
const bearers = {} as Record<Exclude<Caller, "nobody">, () => Promise<string>>;

/** Names in addresses and bodies: those of `acme` and `a`, or names that nothing ever had. */
interface Names {
  readonly plugin: string;
  readonly pluginName: string;
  readonly handle: string;
  readonly release: string;
  readonly instance: string;
  readonly license: string;
  readonly key: string;
  readonly activation: string;
  readonly order: string;
}
let theirs: Names;
const ABSENT: Names = {
  plugin: "999999",
  pluginName: "never-was",
  handle: "never-was",
  release: "999999",
  instance: "999999",
  license: "999999",
  key: makeLicenseKey("live", new Uint8Array(32).fill(3)).text,
  activation: `act_${"0".repeat(20)}`,
  order: `ord_${"0".repeat(26)}`,
};

interface Row {
  /** Callers whom the kind of credential and its scopes let in; everybody else is 401 or 403 before anything is looked at. */
  readonly by: readonly Caller[];
  /** Of those, the ones to whom these things belong; all where nothing is said. The others learn nothing. */
  readonly owners?: readonly Caller[];
  /** To these it is known anyway, so that it may be said that it is not theirs. */
  readonly knownTo?: readonly Caller[];
  readonly path?: (names: Names) => string;
  readonly body?: (names: Names) => unknown;
  readonly form?: true;
}

const EVERYBODY: readonly Caller[] = ["nobody", "acme", "rival", "admin", "stranger", "operator", "a", "b"];
const KNOWN = EVERYBODY.slice(1);
const OWNING: readonly Caller[] = ["acme", "rival", "admin", "stranger", "a", "b"];
const SELLING: readonly Caller[] = ["acme", "rival", "operator"];
const PEOPLE: readonly Caller[] = ["acme", "rival", "admin", "stranger", "operator"];
const INSTANCES: readonly Caller[] = ["a", "b"];
const OF_A: readonly Caller[] = ["a", "admin"];
const SEES_LICENSE: readonly Caller[] = ["acme", "admin", "operator", "a"];
const plugin = (rest: string) => (names: Names) => `/v1/plugins/${names.plugin}${rest}`;
const license = (rest: string) => (names: Names) => `/v1/licenses/${names.license}${rest}`;
const order = (rest: string) => (names: Names) => `/v1/orders/${names.order}${rest}`;
const release = (rest: string) => (names: Names) => `/v1/releases/${names.release}${rest}`;
const desk = (rest: string) => (names: Names) => `/v1/desk/releases/${names.release}${rest}`;
const deskPlugin = (rest: string) => (names: Names) => `/v1/desk/plugins/${names.plugin}${rest}`;
const publisher = (rest: string) => (names: Names) => `/v1/publishers/${names.handle}${rest}`;
const installation = (rest: string) => (names: Names) => `/v1/installations/${names.activation}${rest}`;
const open: Row = { by: EVERYBODY };
const YANKING: Row = { by: ["acme", "rival", "operator"], owners: ["acme", "operator"], knownTo: EVERYBODY };
const RECOVERING: Row = { by: ["acme", "rival"], owners: ["acme"], knownTo: EVERYBODY };
const SHELVING: Row = {
  by: ["acme", "rival", "operator", "a", "b"],
  owners: ["acme", "operator"],
  knownTo: EVERYBODY,
};
const SERIES: Row = { by: ["acme", "rival", "operator", "a", "b"], owners: ["acme", "operator"], knownTo: EVERYBODY };
const HARDWARE = "a".repeat(64);

const ADVISORY = {
  severity: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
  affected: "<1.0.0",
  summary: "It tells strangers what it knows",
};

/** Every operation. The destructive ones stand last. */
const ROWS: Readonly<Record<string, Row>> = {
  health: open,
  trustList: open,
  listPlugins: open,
  listPopular: open,
  listRecommended: open,
  listCategories: open,
  listTags: open,
  searchPlugins: open,
  searchFacets: open,
  listChanges: open,
  getPluginSeries: { ...SERIES, path: plugin("/stats/series") },
  getPluginSeriesCsv: { ...SERIES, path: plugin("/stats/series.csv") },
  getPublisherSeries: { ...SERIES, path: publisher("/stats/series") },
  getPublisherSeriesCsv: { ...SERIES, path: publisher("/stats/series.csv") },
  answerReview: {
    ...SERIES,
    by: ["acme", "rival", "a", "b"],
    owners: [],
    path: plugin("/reviews/999999/reply"),
    body: () => ({ text: "Thank you" }),
  },
  voteForReview: { by: INSTANCES, path: plugin("/reviews/999999/vote"), body: () => ({ helpful: true }), owners: [] },
  reportReview: { by: OWNING, path: plugin("/reviews/999999/reports"), body: () => ({ kind: "spam" }), owners: [] },
  listReviewCases: { by: ["operator"] },
  decideReview: {
    by: ["operator"],
    owners: [],
    path: (names) => `/v1/desk/plugins/${names.plugin}/reviews/999999/decision`,
    body: () => ({ decision: "keep", reason: "Looked at" }),
  },
  showStatus: { by: ["operator"] },
  showMetrics: { by: ["operator"] },
  showSearchState: { by: ["operator"] },
  rebuildSearch: { by: ["operator"] },
  resolvePlugins: { ...open, body: ({ pluginName }) => ({ appVersion: "0.1.0", roots: { [pluginName]: "*" } }) },
  readIndex: { ...open, owners: [], path: () => "/v1/index?names=never-was" },
  getStats: open,
  listLeaseKeys: open,
  showJwks: open,
  showRevocations: open,
  listLicenseKeys: open,
  showKeyset: { ...open, owners: [], path: () => "/.well-known/license-keyset/r-none.jws" },
  // Anybody may bring a file; without a code it is asked who.
  answerOffline: { ...open, owners: OF_A, path: license("/offline"), body: () => ({ request: "none" }) },
  releaseOffline: { ...open, owners: OF_A, path: license("/offline/release"), body: () => ({ release: "none" }) },
  makeOfflineCode: { by: OWNING, owners: OF_A, path: license("/offline/codes") },
  keysetStatus: { by: ["operator"] },
  publishKeyset: { by: ["operator"], body: () => ({ document: "none" }) },
  showTufFile: { ...open, owners: [], path: () => "/tuf/1.root.json" },
  checkUpdates: { by: INSTANCES, path: () => "/v1/updates", body: () => ({ plugins: [] }) },
  showUpdates: { by: INSTANCES, path: () => "/v1/updates?plugin=never-was@1.0.0" },
  showRollout: { ...open, path: plugin("/versions/1.0.0/rollout") },
  changeRollout: { ...YANKING, path: plugin("/versions/1.0.0/rollout"), body: () => ({ state: "paused" }) },
  listAdvisories: open,
  showAdvisory: { ...open, owners: [], path: () => "/v1/advisories/RBSM-2026-9999999" },
  draftAdvisory: { by: ["acme", "rival"], owners: ["acme"], path: plugin("/advisories"), body: () => ADVISORY },
  listOwnAdvisories: { by: ["acme", "rival"], owners: ["acme"], path: plugin("/advisories") },
  rewriteAdvisory: {
    by: ["acme", "rival"],
    owners: [],
    path: () => "/v1/advisories/RBSM-2026-9999999",
    body: () => ({ summary: "It tells secrets" }),
  },
  submitAdvisory: {
    by: ["acme", "rival"],
    owners: [],
    path: () => "/v1/advisories/RBSM-2026-9999999/submit",
    body: () => ({}),
  },
  listSubmittedAdvisories: { by: ["operator"] },
  decideAdvisory: {
    by: ["operator"],
    owners: [],
    path: () => "/v1/desk/advisories/RBSM-2026-9999999/decision",
    body: () => ({ decision: "confirm", reason: "It was tried out" }),
  },
  showReleaseRevocations: open,
  addRevocation: {
    by: ["operator"],
    owners: [],
    body: () => ({ kind: "plugin", name: "never-was", code: "broken", note: "It loses data" }),
  },
  liftRevocation: { by: ["operator"], body: () => ({ subject: "plugin:never-was" }) },
  acceptTufRoot: { by: ["operator"], body: () => ({ document: "none" }) },
  acceptTufTargets: { by: ["operator"], body: () => ({ document: "none" }) },
  showTime: open,
  getPlugin: { ...open, path: plugin("") },
  getPluginByName: { ...open, path: (names) => `/v1/plugins/by-name/${names.pluginName}` },
  listVersions: { ...open, path: plugin("/versions") },
  getVersion: { ...open, path: plugin("/versions/1.0.0") },
  getReleaseDocuments: { ...open, path: plugin("/versions/1.0.0/release") },
  getPluginStats: { ...open, path: plugin("/stats") },
  listReviews: { ...open, path: plugin("/reviews") },
  listPublisherKeys: { ...open, path: (names) => `/v1/publishers/${names.handle}/keys` },
  // Whoever holds the address holds the right.
  redeemDownload: { ...open, owners: [], path: () => `/v1/download/${"x".repeat(43)}` },
  getBundle: { ...open, owners: [], path: () => `/bundles/${"0".repeat(64)}.rbsm` },
  askForDevice: { ...open, body: () => ({ client_id: "rbsm", scope: "stats:read" }) },
  // Whoever holds the device code; a wrong one is 400 for everybody.
  redeemDevice: {
    ...open,
    body: () => ({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: "x".repeat(43) }),
  },
  whoami: { by: KNOWN },
  setup: { by: [], body: () => ({ name: "Second" }) },

  listInstances: { by: ["acme", "rival", "admin", "stranger"] },
  listOrganizations: { by: PEOPLE },
  showOrganization: { by: PEOPLE, owners: ["acme"], path: (names) => `/v1/organizations/${names.handle}` },
  listSessions: { by: PEOPLE },
  endSession: { by: PEOPLE, owners: [], path: () => `/v1/sessions/${"0".repeat(64)}` },
  listTokens: { by: PEOPLE },
  createToken: { by: PEOPLE, body: () => ({ name: "Made", scopes: ["token:manage"] }) },
  // Whose id it is, is not said: 404 for everybody else's.
  revokeToken: { by: PEOPLE, owners: [], path: () => "/v1/tokens/999999" },

  createAccount: { by: ["operator"], body: () => ({ name: "N", email: `${crypto.randomUUID()}@firm.at` }) },
  // An account's id is 404 where there is none.
  makeSignInLink: { by: ["operator"], owners: [], knownTo: ["operator"], path: () => "/v1/desk/accounts/999999/links" },
  deskQueue: { by: ["operator"] },
  // Without a publisher it is the desk's; whose hook it is, is not said.
  addHook: { by: SELLING, owners: ["operator"], body: () => ({ url: "https://hooks.example.com/desk" }) },
  listHooks: { by: SELLING },
  showHook: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999" },
  changeHook: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999", body: () => ({ events: [] }) },
  removeHook: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999" },
  rotateHook: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999/rotate" },
  resumeHook: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999/resume" },
  listHookDeliveries: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999/deliveries" },
  replayHookDelivery: { by: SELLING, owners: [], path: () => "/v1/publisher-hooks/999999/deliveries/1/replay" },
  replayHook: {
    by: SELLING,
    owners: [],
    path: () => "/v1/publisher-hooks/999999/replay",
    body: () => ({ fromSequence: 1 }),
  },
  reportPlugin: {
    ...open,
    body: ({ pluginName }) => ({ plugin: pluginName, kind: "other", text: "It is somebody else's work." }),
  },
  transparency: open,
  listCollections: open,
  putCollection: {
    by: ["operator"],
    path: () => "/v1/desk/collections/never-was",
    body: () => ({ title: { en: "One", de: "Eins" }, lead: { en: "", de: "" }, plugins: ["never-was"] }),
  },
  dropCollection: { by: ["operator"], owners: [], path: () => "/v1/desk/collections/not-one" },
  listReports: { by: ["operator"] },
  triageReport: { by: ["operator"], owners: [], path: () => "/v1/desk/reports/999999/triage" },
  decideReport: {
    by: ["operator"],
    owners: [],
    path: () => "/v1/desk/reports/999999/decision",
    body: () => ({ state: "dismissed", outcome: "Looked at" }),
  },
  listCases: { by: ["operator"] },
  closeCase: {
    by: ["operator"],
    owners: [],
    path: () => "/v1/desk/cases/999999/close",
    body: () => ({ state: "dismissed", reason: "Looked at" }),
  },
  pluginHistory: { by: ["operator"], path: (names) => `/v1/desk/plugins/${names.plugin}/history` },
  verifyDeskActs: { by: ["operator"], path: () => "/v1/desk/acts/verify" },
  listAppeals: { by: ["operator"] },
  approveUpload: { by: ["acme", "rival"], owners: ["acme"], path: release("/approve") },
  appealRelease: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: release("/appeal"),
    body: () => ({ reason: "It was a mistake" }),
  },
  decideAppeal: {
    by: ["operator"],
    path: desk("/appeal"),
    body: () => ({ outcome: "upheld", reason: "Looked at" }),
  },
  acceptCheck: { by: ["operator"], path: desk("/acceptances"), body: () => ({ check: "code", reason: "Looked at" }) },
  rerunChecks: { by: ["operator"], path: desk("/rerun") },
  confirmBlock: { by: ["operator"], owners: [], path: desk("/block/confirm") },
  liftBlock: { by: ["operator"], owners: [], path: desk("/lift"), body: () => ({ reason: "Looked at" }) },
  offerPluginTransfer: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: plugin("/transfer"),
    body: () => ({ to: "never-was" }),
  },
  listPluginTransfers: { by: ["acme", "rival"] },
  acceptPluginTransfer: { by: ["acme", "rival"], owners: [], path: () => "/v1/transfers/999999/accept" },
  cancelPluginTransfer: { by: ["acme", "rival"], owners: [], path: () => "/v1/transfers/999999/cancel" },
  askForDomain: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: publisher("/domain"),
    body: () => ({ domain: "alpenware.example" }),
  },
  proveDomain: { by: ["acme", "rival"], owners: ["acme"], path: publisher("/domain/check") },
  deprecatePlugin: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: plugin("/deprecate"),
    body: () => ({ message: "No longer looked after", replacement: "never-was" }),
  },
  archivePlugin: { by: ["acme", "rival"], owners: ["acme"], path: plugin("/archive") },
  activatePlugin: { by: ["acme", "rival"], owners: ["acme"], path: plugin("/activate") },
  // An instance's or account's id is 404 where there is none.
  suspendInstance: {
    by: ["operator"],
    owners: [],
    knownTo: ["operator"],
    path: () => "/v1/desk/instances/999999/suspend",
    body: () => ({ reason: "Looked at" }),
  },
  resumeInstance: {
    by: ["operator"],
    owners: [],
    knownTo: ["operator"],
    path: () => "/v1/desk/instances/999999/resume",
  },
  suspendAccount: {
    by: ["operator"],
    owners: [],
    knownTo: ["operator"],
    path: () => "/v1/desk/accounts/999999/suspend",
    body: () => ({ reason: "Looked at" }),
  },
  resumeAccount: { by: ["operator"], owners: [], knownTo: ["operator"], path: () => "/v1/desk/accounts/999999/resume" },
  decideRelease: {
    by: ["operator"],
    path: (names) => `/v1/desk/releases/${names.release}/decision`,
    body: () => ({ decision: "approve", reason: "Looked at", sha256: "0".repeat(64) }),
  },
  enrollKey: {
    by: ["acme", "rival"],
    owners: ["acme"],
    knownTo: EVERYBODY,
    path: (names) => `/v1/publishers/${names.handle}/keys`,
    body: () => ({ payload: "e30=", signatures: [] }),
  },
  listKeyEvents: { ...open, path: (names) => `/v1/publishers/${names.handle}/key-events` },
  offerKey: {
    by: ["acme", "rival"],
    owners: ["acme"],
    knownTo: EVERYBODY,
    path: (names) => `/v1/publishers/${names.handle}/keys/pending`,
    body: () => ({ publicKey: "ab".repeat(32) }),
  },
  appendKeyEvent: {
    by: ["acme", "rival"],
    owners: ["acme"],
    knownTo: EVERYBODY,
    path: (names) => `/v1/publishers/${names.handle}/key-events`,
    body: () => ({ event: { payload: "e30=", signatures: [] } }),
  },
  showKeyRecovery: { ...open, path: (names) => `/v1/publishers/${names.handle}/keys/recovery` },
  getHead: {
    by: ["acme", "rival", "operator"],
    owners: ["acme", "operator"],
    // Names are first come, first served: whether one is taken is no secret.
    knownTo: EVERYBODY,
    path: (names) => `/v1/plugins/by-name/${names.pluginName}/head`,
  },
  getRelease: {
    by: ["acme", "rival", "operator", "a", "b"],
    owners: ["acme", "operator"],
    path: (names) => `/v1/releases/${names.release}`,
  },
  publishPlugin: { by: ["acme", "rival"], form: true },
  editPlugin: {
    by: ["acme", "rival", "a", "b"],
    owners: ["acme"],
    knownTo: EVERYBODY,
    path: plugin(""),
    body: () => ({}),
  },
  writeReview: {
    by: INSTANCES,
    owners: ["a"],
    knownTo: EVERYBODY,
    path: plugin("/reviews"),
    body: () => ({ userId: "1", rating: 5 }),
  },

  registerInstance: {
    by: ["acme", "rival", "admin", "stranger"],
    body: () => ({
      name: "Office",
      url: "https://office.example.com",
      appVersion: "0.1.0",
      webhookUrl: "https://office.example.com/hook",
    }),
  },
  changeInstance: {
    by: ["acme", "rival", "admin", "stranger"],
    owners: ["admin"],
    path: (names) => `/v1/instances/${names.instance}`,
    body: () => ({ name: "Renamed" }),
  },

  issueLicense: {
    by: KNOWN,
    owners: ["acme", "operator", "a"],
    knownTo: EVERYBODY,
    body: (names) => ({ pluginId: names.plugin, userId: "9", type: "basic", instanceId: names.instance }),
  },
  startTrial: {
    by: OWNING,
    owners: ["acme", ...OF_A],
    knownTo: EVERYBODY,
    path: plugin("/trial"),
    body: (names) => ({ userId: "9", instanceId: names.instance }),
  },
  verifyLicense: {
    by: INSTANCES,
    owners: ["a"],
    body: (names) => ({ licenseKey: names.key, pluginId: theirs.plugin, hardwareId: HARDWARE }),
  },
  // Whoever holds the key may ask; by id it takes a credential.
  validateLicense: {
    by: EVERYBODY,
    owners: SEES_LICENSE,
    body: (names) => ({ licenseId: names.license, pluginId: theirs.plugin }),
  },
  requestDownload: {
    by: INSTANCES,
    owners: ["a"],
    path: () => `/v1/plugins/${theirs.plugin}/download`,
    body: (names) => ({ licenseKey: names.key, hardwareId: HARDWARE }),
  },
  listUserLicenses: { by: INSTANCES, path: () => "/v1/users/7/licenses" },
  showLicense: { by: KNOWN, owners: SEES_LICENSE, path: license("") },
  listLicenseInstallations: { by: KNOWN, owners: SEES_LICENSE, path: license("/installations") },
  createOrder: {
    by: ["acme", "rival", "admin", "stranger", "a", "b"],
    owners: OF_A,
    body: (names) => ({ pluginId: theirs.plugin, userId: "order", type: "basic", instanceId: names.instance }),
  },
  startCheckout: {
    by: ["acme", "rival", "admin", "stranger", "a", "b"],
    owners: OF_A,
    body: (names) => ({ pluginId: theirs.plugin, userId: "order", type: "basic", instanceId: names.instance }),
  },
  listOrders: { by: KNOWN },
  showOrder: { by: KNOWN, owners: SEES_LICENSE, path: order("") },
  markOrderPaid: { by: SELLING, owners: ["acme", "operator"], path: order("/mark-paid"), body: () => ({}) },
  fulfilOrder: { by: SELLING, owners: ["acme", "operator"], path: order("/fulfil"), body: () => ({}) },
  refundOrder: { by: SELLING, owners: ["acme", "operator"], path: order("/refund"), body: () => ({}) },
  cancelOrder: { by: KNOWN, owners: SEES_LICENSE, path: order("/cancel"), body: () => ({}) },
  // Signed by Stripe or refused, whoever sends it.
  receiveStripe: { by: EVERYBODY, path: () => "/v1/payments/stripe" },
  showSeller: { by: ["acme", "rival"], owners: ["acme"], path: publisher("/seller") },
  saveSeller: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: publisher("/seller"),
    body: () => ({ legalName: "Acme", address: "Graz", taxId: "", taxNote: "", instructions: "" }),
  },
  listCoupons: { by: ["acme", "rival"], owners: ["acme"], path: publisher("/coupons") },
  createCoupon: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: publisher("/coupons"),
    body: () => ({ code: "ROLES", percentOff: 5 }),
  },
  activate: {
    by: EVERYBODY,
    owners: OF_A,
    body: (names) => ({
      licenseId: names.license,
      pluginId: theirs.plugin,
      hardwareId: HARDWARE,
      version: "1.0.0",
    }),
  },
  listInstallations: { by: INSTANCES },
  showInstallation: { by: OWNING, owners: OF_A, path: installation("") },
  listExecutions: { by: OWNING, owners: OF_A, path: installation("/executions") },
  getSettings: { by: OWNING, owners: OF_A, path: installation("/settings") },
  putSettings: { by: OWNING, owners: OF_A, path: installation("/settings"), body: () => ({ values: {} }) },
  // The plugin declares no secret.
  putSecret: {
    by: OWNING,
    owners: [],
    knownTo: OF_A,
    path: installation("/secrets/apiKey"),
    body: () => ({ value: "x" }),
  },
  deleteSecret: { by: OWNING, owners: [], knownTo: OF_A, path: installation("/secrets/apiKey") },
  // The plugin has no user interface.
  createUiTicket: {
    by: OWNING,
    owners: [],
    knownTo: OF_A,
    path: installation("/ui-tickets"),
    body: () => ({ slot: "settings", user: { id: "1" } }),
  },
  renderUiSlot: {
    by: OWNING,
    owners: [],
    knownTo: OF_A,
    path: installation("/ui/settings"),
    body: () => ({ user: { id: "1" } }),
  },
  getCapabilityDiff: { by: OWNING, owners: OF_A, path: installation("/capability-diff") },
  putConsent: {
    by: OWNING,
    owners: OF_A,
    path: installation("/consent"),
    body: () => ({ version: "1.0.0", grantedPermissions: [], closureDigest: "0".repeat(64) }),
  },
  replayExecution: { by: OWNING, owners: [], path: () => `/v1/executions/exe_${"0".repeat(26)}/replay` },
  tailInstallation: { by: OWNING, owners: OF_A, path: installation("/logs?follow=0") },
  installationOutcomes: { by: OWNING, owners: OF_A, path: installation("/outcomes") },
  tailPlugin: { by: ["acme", "rival"], owners: ["acme"], path: plugin("/logs?follow=0") },
  pluginOutcomes: { by: ["acme", "rival"], owners: ["acme"], path: plugin("/outcomes") },
  showSuspension: { by: OWNING, owners: OF_A, path: installation("/suspension") },
  suspendInstallation: { by: OWNING, owners: OF_A, path: installation("/suspend"), body: () => ({ reason: "Asked" }) },
  resumeInstallation: { by: OWNING, owners: OF_A, path: installation("/resume") },
  exportStorage: { by: OWNING, owners: OF_A, path: installation("/storage") },
  eraseStorage: { by: OWNING, owners: OF_A, path: installation("/storage") },
  setInstanceMode: {
    by: OWNING,
    owners: OF_A,
    path: () => "/v1/instances/mode",
    body: (names) => ({ mode: "push", instanceId: names.instance }),
  },
  pingInstance: { by: INSTANCES, path: () => "/v1/instances/ping", body: () => ({}) },
  fetchActions: { by: INSTANCES, path: () => "/v1/instances/actions" },
  acknowledgeActions: {
    by: INSTANCES,
    path: () => "/v1/instances/actions/ack",
    body: () => ({ results: [{ id: `axn_${"0".repeat(26)}`, ok: true }] }),
  },
  rotateEventHook: {
    by: OWNING,
    owners: OF_A,
    path: () => "/v1/instances/hook",
    body: (names) => ({ instanceId: names.instance }),
  },
  dropEventHook: {
    by: OWNING,
    owners: OF_A,
    path: (names) => `/v1/instances/hook?instanceId=${names.instance}`,
  },
  // Whoever holds the secret holds the right.
  receiveHook: { ...open, owners: [], path: () => `/v1/hooks/rbsm_hook_${"x".repeat(43)}`, body: () => ({}) },
  receiveHookByHeader: { ...open, owners: [], path: () => "/v1/hooks", body: () => ({}) },
  beat: { by: INSTANCES, owners: ["a"], path: installation("/heartbeat"), body: () => ({}) },
  beatMany: {
    by: INSTANCES,
    path: () => "/v1/heartbeats",
    body: () => ({ items: [{ iid: "11111111-2222-4333-8444-555555555555" }] }),
  },
  commandInstallation: {
    by: OWNING,
    owners: OF_A,
    path: installation("/commands"),
    body: () => ({ type: "refresh" }),
  },
  resolveInstallation: {
    by: INSTANCES,
    owners: ["a"],
    path: installation("/resolve"),
    body: () => ({ choice: "move" }),
  },
  refreshLease: { by: INSTANCES, owners: ["a"], path: installation("/lease"), body: () => ({}) },
  postEvents: {
    by: INSTANCES,
    body: () => ({
      id: `evt_${crypto.randomUUID()}`,
      event: "request.created",
      version: 1,
      occurredAt: "2026-01-01T08:30:00.000Z",
      entity: "request",
      entityId: "1",
      data: { id: 1 },
    }),
  },
  renewLicense: { by: SELLING, owners: ["acme", "operator"], path: license("/renew"), body: () => ({ days: 30 }) },
  upgradeLicense: {
    by: SELLING,
    owners: ["acme", "operator"],
    path: license("/upgrade"),
    body: () => ({ type: "premium" }),
  },
  downgradeLicense: {
    by: SELLING,
    owners: ["acme", "operator"],
    path: license("/downgrade"),
    body: () => ({ type: "free" }),
  },
  extendTrial: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: license("/extend-trial"),
    body: () => ({ days: 3 }),
  },
  entitleLicense: {
    by: SELLING,
    owners: ["acme", "operator"],
    path: license("/entitlements/export.pdf"),
    body: () => ({}),
  },
  withdrawEntitlement: { by: SELLING, owners: ["acme", "operator"], path: license("/entitlements/export.pdf") },
  limitLicense: {
    by: SELLING,
    owners: ["acme", "operator"],
    path: license("/limits/exports"),
    body: () => ({ cap: 100 }),
  },
  listEntitlements: { ...open, path: plugin("/entitlements") },
  defineEntitlements: {
    by: ["acme", "rival"],
    owners: ["acme"],
    knownTo: EVERYBODY,
    path: plugin("/entitlements"),
    body: () => ({ entitlements: [{ code: "export.pdf", kind: "flag", title: "Export as PDF" }] }),
  },
  cancelLicense: { by: KNOWN, owners: SEES_LICENSE, path: license("/cancel"), body: () => ({}) },
  rotateKey: { by: OWNING, owners: OF_A, knownTo: SEES_LICENSE, path: license("/rotate-key"), body: () => ({}) },
  showUsage: { by: KNOWN, owners: SEES_LICENSE, path: license("/usage") },
  reportUsage: {
    by: OWNING,
    owners: OF_A,
    knownTo: SEES_LICENSE,
    path: license("/usage"),
    body: () => ({ items: [{ metric: "apiCalls", units: 1 }] }),
  },
  listLicenseEvents: { by: KNOWN, owners: SEES_LICENSE, path: license("/events") },
  eraseLicenseEvents: { by: ["operator"], path: license("/events/personal") },
  listDeliveries: {
    by: [...OWNING, "operator"],
    owners: [...OF_A, "operator"],
    path: (names) => `/v1/instances/${names.instance}/deliveries`,
  },
  replayDelivery: {
    by: [...OWNING, "operator"],
    owners: [],
    path: (names) => `/v1/instances/${names.instance}/deliveries/999999/replay`,
  },
  subscribe: {
    by: ["acme", "rival", "admin", "stranger"],
    owners: ["admin"],
    body: (names) => ({ instanceId: names.instance, url: "https://hooks.example.com/licenses" }),
  },
  listSubscribers: { by: ["acme", "rival", "admin", "stranger"] },
  resumeSubscriber: {
    by: ["acme", "rival", "admin", "stranger"],
    owners: [],
    path: () => "/v1/webhooks/999999/resume",
  },
  unsubscribe: { by: ["acme", "rival", "admin", "stranger"], owners: [], path: () => "/v1/webhooks/999999" },
  suspendLicense: {
    by: SELLING,
    owners: ["acme", "operator"],
    path: license("/suspend"),
    body: () => ({ reason: "Asked" }),
  },
  reactivateLicense: { by: SELLING, owners: ["acme", "operator"], path: license("/reactivate"), body: () => ({}) },
  bindLicense: {
    by: OWNING,
    owners: OF_A,
    knownTo: SEES_LICENSE,
    path: license("/bind"),
    body: () => ({ hardwareId: HARDWARE }),
  },
  unbindLicense: {
    by: OWNING,
    owners: OF_A,
    knownTo: SEES_LICENSE,
    path: license("/unbind"),
    body: () => ({}),
  },
  offerTransfer: {
    by: OWNING,
    owners: OF_A,
    knownTo: SEES_LICENSE,
    path: license("/transfer/offer"),
    body: () => ({ instanceId: "999999", userId: "8" }),
  },
  // Offered to an instance that is none of theirs: for nobody is there anything to take.
  acceptTransfer: { by: OWNING, owners: [], path: license("/transfer/accept"), body: () => ({}) },
  changeInstallation: {
    by: OWNING,
    owners: OF_A,
    path: installation(""),
    body: () => ({ action: "deactivate" }),
  },
  setInstallationStatus: {
    by: OWNING,
    owners: OF_A,
    path: installation("/status"),
    body: () => ({ status: "active" }),
  },
  evictInstallation: { by: OWNING, owners: OF_A, path: installation("/evict"), body: () => ({}) },
  releaseInstallation: { by: OWNING, owners: OF_A, path: installation("") },
  transferLicense: {
    by: OWNING,
    owners: OF_A,
    knownTo: SEES_LICENSE,
    path: license("/transfer"),
    body: () => ({ newUserId: "8" }),
  },
  revokeLicense: { by: KNOWN, owners: SEES_LICENSE, path: license("/revoke"), body: () => ({ reason: "Asked" }) },
  yankRelease: { ...YANKING, path: plugin("/versions/1.0.0/yank"), body: () => ({ reason: "It lost data" }) },
  unyankRelease: { ...YANKING, path: plugin("/versions/1.0.0/unyank"), body: () => ({}) },
  deprecateRelease: {
    ...YANKING,
    path: plugin("/versions/1.0.0/deprecate"),
    body: () => ({ message: "Use the next one" }),
  },
  undeprecateRelease: { ...YANKING, path: plugin("/versions/1.0.0/undeprecate"), body: () => ({}) },
  withdrawRelease: {
    by: ["acme", "rival"],
    owners: ["acme"],
    path: (names) => `/v1/releases/${names.release}/withdraw`,
    body: () => ({ reason: "Not yet" }),
  },
  delistPlugin: { by: ["acme", "rival", "a", "b"], owners: ["acme"], knownTo: EVERYBODY, path: plugin("") },
  rotateInstance: {
    by: OWNING,
    owners: OF_A,
    path: () => "/v1/instances/rotate",
    body: (names) => ({ instanceId: names.instance }),
  },
  requestKeyRecovery: {
    ...RECOVERING,
    path: (names) => `/v1/publishers/${names.handle}/keys/recovery`,
    body: () => ({ publicKey: "ab".repeat(32) }),
  },
  completeKeyRecovery: {
    ...RECOVERING,
    // Until somebody asked for it there is none.
    owners: [],
    path: (names) => `/v1/publishers/${names.handle}/keys/recovery/complete`,
    body: () => ({ proof: { payload: "e30=", signatures: [] } }),
  },
  cancelKeyRecovery: {
    ...RECOVERING,
    owners: [],
    path: (names) => `/v1/publishers/${names.handle}/keys/recovery`,
  },
  submitForReview: { ...SHELVING, path: plugin("/submit-for-review"), body: () => ({}) },
  resumePlugin: { ...SHELVING, path: plugin("/resume"), body: () => ({}) },
  suspendPlugin: { ...SHELVING, path: plugin("/suspend"), body: () => ({ reason: "It loses what was written" }) },
  holdPlugin: { by: ["operator"], path: deskPlugin("/hold"), body: () => ({ reason: "Looked at" }) },
  releasePlugin: { by: ["operator"], path: deskPlugin("/release"), body: () => ({ reason: "Looked at" }) },
  removePlugin: { by: ["operator"], path: deskPlugin("/remove"), body: () => ({ reason: "Looked at" }) },
  // What is not public is not there to be blocked.
  blockRelease: {
    by: ["operator"],
    owners: [],
    path: desk("/block"),
    body: () => ({ code: "broken", reason: "It is broken" }),
  },
};

const LIMITS = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };
const PRICING = {
  currency: "EUR",
  tiers: ["basic", "premium"].map((id, index) => ({
    id,
    price: 900 * (index + 1),
    interval: "month",
    features: ["All"],
    limits: LIMITS,
  })),
};

beforeAll(async () => {
  const operator = await operatorToken();
  const acme = await makePublisher("acme");
  const rival = await makePublisher("rival");
  const person = async (name: string) =>
    (await call("POST", "/v1/desk/accounts", { bearer: operator, body: { name, email: `${name}@firm.at` } })).body
      .token as string;
  const admin = await person("admin");
  const stranger = await person("stranger");
  const a = await makeInstance(admin);
  const b = await makeInstance(stranger);
  const of = (token: string) => async () => token;
  Object.assign(bearers, {
    acme: of(acme.token),
    rival: of(rival.token),
    admin: of(admin),
    stranger: of(stranger),
    operator: of(operator),
    a: a.bearer,
    b: b.bearer,
  });
  const { pluginId } = await publish(
    acme,
    await makeRelease(acme, "acme-plugin", { manifest: { pricing: PRICING, trialDays: 14 } }),
  );
  const waiting = await makeRelease(acme, "acme-waiting");
  const uploaded = await upload(acme.token, { bundle: waiting.bytes, statement: waiting.statement, plugin: {} });
  const sold = await call("POST", "/v1/licenses", {
    bearer: acme.token,
    body: { instanceId: a.id, pluginId, userId: "7", type: "basic" },
  });
  const activated = await call("POST", "/v1/installations", {
    bearer: await a.bearer(),
    body: { licenseId: sold.body.id, pluginId, hardwareId: HARDWARE, version: "1.0.0" },
  });
  expect(activated.status, JSON.stringify(activated.body)).toBe(201);
  // Old enough to be reviewed.
  await env.DB.prepare("UPDATE activations SET granted_at = granted_at - 100000").run();
  const ordered = await call("POST", "/v1/orders", {
    bearer: await a.bearer(),
    body: { pluginId, userId: "11", type: "basic", provider: "manual" },
  });
  theirs = {
    plugin: pluginId,
    pluginName: "acme-plugin",
    handle: "acme",
    release: uploaded.body.releaseId,
    instance: a.id,
    license: sold.body.id,
    key: sold.body.licenseKey,
    activation: activated.body.activationId,
    order: ordered.body.id,
  };
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
  readonly body: any;
}

async function ask(id: string, caller: Caller, names: Names): Promise<Answer> {
  const operation = OPERATIONS.find((candidate) => candidate.id === id);
  const row = ROWS[id];
  if (operation === undefined || row === undefined) throw new Error(id);
  const path = row.path?.(names) ?? operation.path;
  const headers = new Headers();
  if (caller !== "nobody") headers.set("authorization", `Bearer ${await bearers[caller]()}`);
  let body: BodyInit | null = null;
  if (row.form) body = new FormData();
  else if (row.body) {
    headers.set("content-type", "application/json");
    body = JSON.stringify(row.body(names));
  }
  const response = await exports.default.fetch(`${ORIGIN}${path}`, { method: operation.method, headers, body });
  const text = await response.text();
  checkAnswer(operation.method, path, response, text);
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, body: isJson ? JSON.parse(text) : null };
}

/** Without what names the request itself: ids, our clock, and the verdict, which is bound to the request's bytes. */
function said({ status, body }: Answer): unknown {
  const { traceId, instance, serverTime, ...rest } = body;
  const plain = JSON.stringify(rest, (name, value) => (name === "serverTime" || name === "verdict" ? "" : value));
  return { status, ...JSON.parse(plain) };
}

it("has a row for every operation", () => {
  expect(Object.keys(ROWS).sort()).toEqual(OPERATIONS.map(({ id }) => id).sort());
});

describe("who may call", () => {
  it.each(Object.entries(ROWS))("%s", async (id, { by, owners = by, knownTo = [] }) => {
    const learns = async (caller: Caller) => [await ask(id, caller, theirs), await ask(id, caller, ABSENT)] as const;
    for (const caller of EVERYBODY.filter((candidate) => !by.includes(candidate))) {
      const [foreign, absent] = await learns(caller);
      const where = `${caller}: ${JSON.stringify(foreign)}`;
      if (caller === "nobody" || id === "setup") expect(foreign.status, where).toBe(401);
      else expect([401, 403], where).toContain(foreign.status);
      expect(said(absent), caller).toEqual(said(foreign));
    }
    for (const caller of by.filter((candidate) => !owners.includes(candidate))) {
      const [foreign, absent] = await learns(caller);
      const where = `${caller}: ${JSON.stringify(foreign)}`;
      if (foreign.status !== 200) expect([401, 403, 404], where).toContain(foreign.status);
      if (knownTo.includes(caller)) expect([401, 403, 404], caller).toContain(absent.status);
      else expect(said(absent), caller).toEqual(said(foreign));
      expect(JSON.stringify(foreign.body), caller).not.toContain(theirs.key);
    }
    for (const caller of owners) {
      const own = await ask(id, caller, theirs);
      expect([401, 403, 404], `${caller}: ${JSON.stringify(own)}`).not.toContain(own.status);
    }
  });
});
