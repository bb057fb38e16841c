import { classOf } from "../../domain/license/codes.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { Credentials } from "../credentials.ts";
import type { Fetch } from "../http.ts";
import { type ActivationRequest, type Answered, askForLease } from "./ask.ts";
import type { LeaseClaims } from "./claims.ts";
import { judgeTime, learnTime, passTime } from "./clock.ts";
import { EMPTY_MEMORY, type LicenseMemory, type LicenseStorage, parseMemory } from "./memory.ts";
import { type Attempt, nextRefresh } from "./schedule.ts";
import { type LeaseKey, type LocalCode, verifyLease, verifyVerdict } from "./verify-lease.ts";

/** Everything a guard needs of the world; nothing is reached for. */
export interface LicenseGuardOptions {
  /** Origin of the marketplace, the `iss` of its leases. */
  readonly marketplace: string;
  readonly pluginId: string;
  /** Pinned keys. */
  readonly keys: readonly LeaseKey[];
  /** The instance that refreshes. */
  readonly credentials: Credentials;
  readonly storage: LicenseStorage;
  readonly fetch: Fetch;
  /** `now`: Unix milliseconds. `running`: milliseconds that only ever rise while this process lives. */
  readonly clock: { now(): number; running(): number };
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  readonly instanceId?: string;
  readonly hardwareId?: string;
  readonly deviceKey?: string;
  /** Asked once when an answer names a key that is not pinned; a host with a newer list gives it here. */
  readonly loadKeys?: () => Promise<readonly LeaseKey[]>;
  /** With these a seat is taken once when the marketplace asks for it. */
  readonly activation?: ActivationRequest;
  readonly allowsSimulated?: boolean;
  /** Hears every change of the status. */
  readonly onChange?: (status: LicenseStatus) => void;
  /** Default: the platform's timers. */
  readonly timers?: { set(run: () => void, milliseconds: number): unknown; clear(timer: unknown): void };
}

/** What the plugin may do now, and what to show. */
export interface LicenseStatus {
  readonly isLicensed: boolean;
  /** The code of the last judgement: `VALID`, `REVOKED`, `LEASE_EXPIRED` … */
  readonly code: string;
  readonly class: "ok" | "conclusive" | "action" | "retryable";
  readonly message: string;
  readonly lease: LeaseClaims | null;
  /** `REFRESH_OVERDUE`, `CLOCK_ROLLBACK`, `CLOCK_AHEAD`: to show, never to lock. */
  readonly warnings: readonly string[];
}

/** A license that looks after itself. No method throws or blocks a start on the network. */
export interface LicenseGuard {
  /** Reads what is kept and judges it. Offline. */
  load(): Promise<LicenseStatus>;
  /** Judges now, without network or storage. */
  status(): LicenseStatus;
  /** Takes a seat, or the same one again. */
  activate(request: ActivationRequest): Promise<LicenseStatus>;
  /** Renews the lease; calls at the same time share one request. */
  refresh(): Promise<LicenseStatus>;
  /** Loads and keeps refreshing until `stop`. */
  start(): Promise<LicenseStatus>;
  stop(): void;
}

const CONCLUSIVE_HERE: readonly LocalCode[] = [
  "LEASE_EXPIRED",
  "SIGNER_RETIRED",
  "SIGNER_REVOKED",
  "DEVICE_KEY_MISMATCH",
  "AUDIENCE_MISMATCH",
];
const KEEP_MS = 3_600_000;
const TIMERS = { set: (run: () => void, ms: number): unknown => setTimeout(run, ms), clear: clearTimeout };

/** A guard over one plugin on one device. */
export function createLicenseGuard(options: LicenseGuardOptions): LicenseGuard {
  const timers = options.timers ?? TIMERS;
  let memory: LicenseMemory = EMPTY_MEMORY;
  let keys = options.keys;
  let lease: LeaseClaims | null = null;
  /** Set while the last word was not "ok". */
  let trouble: Pick<LicenseStatus, "code" | "class" | "message"> | null = null;
  let lastCode = "VALID";
  let attempt: Attempt = { kind: "none" };
  let failures = 0;
  let hasActivated = false;
  let inFlight: Promise<LicenseStatus> | null = null;
  let timer: unknown;
  let isStarted = false;
  /** In `clock.running` time. */
  let dueAt: number | null = null;
  let ranAt = options.clock.running();

  const local = () => unixSeconds(options.clock.now());
  function judged() {
    const running = options.clock.running();
    const seconds = Math.floor((running - ranAt) / 1000);
    if (seconds > 0) {
      ranAt += seconds * 1000;
      memory = { ...memory, time: passTime(memory.time, seconds) };
    }
    return judgeTime(memory.time, local());
  }
  function expectation(now: number) {
    const { marketplace: issuer, pluginId, instanceId, hardwareId, deviceKey, allowsSimulated } = options;
    return { issuer, pluginId, instanceId, hardwareId, deviceKey, allowsSimulated, keys, now };
  }

  function status(): LicenseStatus {
    const { now, warning } = judged();
    const warnings = warning === null ? [] : [warning as string];
    if (lease !== null && lease.expiresAt > now) {
      if (lease.refreshAfter <= now) warnings.push("REFRESH_OVERDUE");
      const said = trouble ?? { code: lastCode, class: "ok" as const, message: "" };
      return { ...said, isLicensed: true, lease, warnings };
    }
    const said =
      lease !== null
        ? { code: "LEASE_EXPIRED", class: "conclusive" as const, message: expiredText(lease.expiresAt, local()) }
        : (trouble ?? { code: "ACTIVATION_REQUIRED", class: "action" as const, message: "No license is active here." });
    return { ...said, isLicensed: false, lease: null, warnings };
  }

  async function keep(changes: Partial<LicenseMemory>): Promise<void> {
    memory = { ...memory, ...changes };
    // A full disk must not take a valid lease away from the running process.
    await options.storage.write(JSON.stringify(memory)).catch(() => {});
  }

  async function load(): Promise<LicenseStatus> {
    memory = parseMemory(await options.storage.read().catch(() => null));
    ranAt = options.clock.running();
    lease = null;
    trouble = memory.refusal && { ...memory.refusal, class: "conclusive" };
    if (memory.lease !== null) {
      const { highestEpoch, newestIssue } = memory;
      const verified = await verifyLease(memory.lease, { ...expectation(judged().now), highestEpoch, newestIssue });
      if (verified.ok) lease = verified.value;
      else
        trouble = { code: verified.problem, class: localClass(verified.problem), message: localText(verified.problem) };
    }
    return status();
  }

  async function accept(token: string, answered: Answered): Promise<void> {
    const expected = { ...expectation(judged().now), binding: answered.binding, highestEpoch: memory.highestEpoch };
    let verified = await verifyLease(token, { ...expected, newestIssue: memory.newestIssue });
    if (!verified.ok && verified.problem === "KEYSET_STALE" && options.loadKeys !== undefined) {
      keys = await options.loadKeys().catch(() => keys);
      verified = await verifyLease(token, { ...expected, keys, newestIssue: memory.newestIssue });
    }
    if (!verified.ok) return ignored(verified.problem);
    const held = verified.value;
    lease = held;
    trouble = null;
    lastCode = answered.code;
    attempt = { kind: "ok" };
    failures = 0;
    hasActivated = false;
    await keep({
      lease: token,
      highestEpoch: Math.max(memory.highestEpoch, held.epoch),
      newestIssue: Math.max(memory.newestIssue, held.issuedAt),
      time: learnTime(held.issuedAt, local()),
      refusal: null,
    });
  }

  /** The document does not count: whatever was held before stays. */
  function ignored(code: LocalCode): void {
    trouble = { code, class: "retryable", message: localText(code) };
    attempt = { kind: "retryable" };
    failures++;
  }

  async function take(answered: Answered): Promise<void> {
    const { code, message } = answered;
    const answerClass = answered.lease !== null ? "ok" : answered.class;
    if (answered.lease !== null) return accept(answered.lease, answered);
    if (answerClass === "conclusive") {
      // Unproven, it is a stranger's word: anybody on the line could switch plugins off.
      if (answered.verdict === null) return ignored("SIGNATURE_INVALID");
      const verdict = await verifyVerdict(answered.verdict, { ...expectation(0), keys, binding: answered.binding });
      if (!verdict.ok) return ignored(verdict.problem);
      if (verdict.value.code !== code || verdict.value.class !== "conclusive") return ignored("SIGNATURE_INVALID");
      lease = null;
      trouble = { code, class: "conclusive", message };
      attempt = { kind: "conclusive" };
      failures = 0;
      return keep({ lease: null, refusal: { code, message }, time: learnTime(verdict.value.issuedAt, local()) });
    }
    trouble = { code, class: answerClass === "action" ? "action" : "retryable", message };
    if (answerClass === "action") {
      attempt = { kind: "action" };
      return;
    }
    attempt = { kind: "retryable", retryAfterSeconds: answered.retryAfter };
    failures++;
  }

  async function ask(request: ActivationRequest | null): Promise<LicenseStatus> {
    await take(await askForLease(options, request, lease, memory.lease));
    const wantsSeat = trouble?.code === "ACTIVATION_REQUIRED" || trouble?.code === "LEASE_LAPSED";
    if (request === null && wantsSeat && options.activation !== undefined && !hasActivated) {
      hasActivated = true;
      await take(await askForLease(options, options.activation, lease, memory.lease));
    }
    const now = status();
    await keep({});
    plan();
    options.onChange?.(now);
    return now;
  }

  function once(request: ActivationRequest | null): Promise<LicenseStatus> {
    inFlight ??= ask(request).finally(() => {
      inFlight = null;
    });
    return inFlight;
  }

  function plan(): void {
    const wait = nextRefresh(attempt, lease?.refreshAfter ?? null, judged().now, failures, options.chance);
    dueAt = wait === null ? null : options.clock.running() + wait;
    arm();
  }

  /** Wakes at least every hour, because trusted time that passes is worth nothing before it is kept. */
  function arm(): void {
    if (!isStarted || dueAt === null) return;
    timers.clear(timer);
    timer = timers.set(() => void wake(), Math.min(KEEP_MS, Math.max(0, dueAt - options.clock.running())));
  }

  async function wake(): Promise<void> {
    const isDue = dueAt !== null && options.clock.running() >= dueAt;
    // A lease that asks for its refresh later than in a day is looked at again, not refreshed.
    const isEarly = attempt.kind === "ok" && lease !== null && lease.refreshAfter > judged().now;
    if (isDue && !isEarly) {
      await once(null);
      return;
    }
    await keep({});
    if (isDue) plan();
    else arm();
  }

  return {
    load,
    status,
    // A refresh under way is no activation: it is waited for, not taken for one.
    activate: async (request) => {
      await inFlight;
      return once(request);
    },
    refresh: () => once(null),
    async start() {
      const loaded = await load();
      isStarted = true;
      if (lease === null && memory.refusal === null && (memory.lease !== null || options.activation !== undefined))
        void once(memory.lease === null ? (options.activation ?? null) : null);
      else plan();
      return loaded;
    },
    stop() {
      isStarted = false;
      timers.clear(timer);
    },
  };
}

function localClass(code: LocalCode): LicenseStatus["class"] {
  return CONCLUSIVE_HERE.includes(code) ? "conclusive" : "retryable";
}

function localText(code: LocalCode): string {
  return LOCAL_TEXTS[code];
}

const LOCAL_TEXTS = {
  SIGNATURE_INVALID: "The document is not signed by the marketplace.",
  KEYSET_STALE: "The document names a key that is not known here.",
  REPLAYED: "The document does not answer this request, or is older than one already seen.",
  EPOCH_ROLLBACK: "The document is older than the license's last change.",
  CLOCK_ROLLBACK: "The document is later than this device's clock.",
  LEASE_EXPIRED: "The lease has ended.",
  SIGNER_RETIRED: "The key of this lease is no longer in use.",
  SIGNER_REVOKED: "The key of this lease was revoked.",
  DEVICE_KEY_MISMATCH: "The lease belongs to another device.",
  AUDIENCE_MISMATCH: "The lease is for another plugin, instance or device.",
} as const satisfies Record<LocalCode, string>;

/** Both times, so that people see whether their clock is wrong. */
function expiredText(expiresAt: number, local: number): string {
  const shown = (seconds: number) => new Date(seconds * 1000).toISOString();
  return `The lease ended at ${shown(expiresAt)}; this device's clock says ${shown(local)}.`;
}

/** The class of any result code, known to this version or not: unknown ones need a person. */
export const classOfCode: (code: string) => LicenseStatus["class"] = classOf;
