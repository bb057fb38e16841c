import { classOf } from "../../domain/license/codes.ts";
import { unixSeconds } from "../../domain/time.ts";
import { type ActivationRequest, type Answered, askForLease, sendPing } from "./ask.ts";
import type { LeaseClaims } from "./claims.ts";
import { judgeTime, learnTime, passTime } from "./clock.ts";
import { runCommands } from "./commands.ts";
import { createDocuments } from "./documents.ts";
import { expiredText, localClass, localText } from "./local-codes.ts";
import { EMPTY_MEMORY, type LicenseMemory, parseMemory } from "./memory.ts";
import { makeOfflineRelease, makeOfflineRequest, openAnswer, thumbprintOf } from "./offline.ts";
import type { LicenseGuard, LicenseGuardOptions, LicenseStatus } from "./options.ts";
import { ageOfList, standingOnList } from "./revocations.ts";
import { type Attempt, nextRefresh } from "./schedule.ts";
import { type LocalCode, verifyLease, verifyVerdict } from "./verify-lease.ts";

const KEEP_MS = 3_600_000;
const PING_MS = 300_000;
const TIMERS = { set: (run: () => void, ms: number): unknown => setTimeout(run, ms), clear: clearTimeout };

/** A guard over one plugin on one device. */
export function createLicenseGuard(options: LicenseGuardOptions): LicenseGuard {
  const timers = options.timers ?? TIMERS;
  let memory: LicenseMemory = EMPTY_MEMORY;
  let lease: LeaseClaims | null = null;
  let deviceKey = options.deviceKey;
  /** Set while the last word was not "ok". */
  let trouble: Pick<LicenseStatus, "code" | "class" | "message"> | null = null;
  let lastCode = "VALID";
  let attempt: Attempt = { kind: "none" };
  let failures = 0;
  let hasActivated = false;
  /** The signed mark of the last ping; with it and the lease, the next one costs the marketplace no read. */
  let mark: string | null = null;
  let inFlight: Promise<LicenseStatus> | null = null;
  let timer: unknown;
  let pingTimer: unknown;
  let isStarted = false;
  /** In `clock.running` time. */
  let dueAt: number | null = null;
  let ranAt = options.clock.running();

  const local = () => unixSeconds(options.clock.now());
  const documents = createDocuments(options, { memory: () => memory, keep, now: () => judged().now });
  function judged() {
    const running = options.clock.running();
    const seconds = Math.floor((running - ranAt) / 1000);
    if (seconds > 0) {
      ranAt += seconds * 1000;
      memory = { ...memory, time: passTime(memory.time, seconds) };
    }
    return judgeTime(memory.time, local());
  }
  function expectation() {
    const { marketplace: issuer, pluginId, instanceId, hardwareId, allowsSimulated } = options;
    const allowsDevelopment =
      options.allowsDevelopment ?? (options.activation?.env !== undefined && options.activation.env !== "production");
    const { highestEpoch, newestIssue } = memory;
    const { now } = judged();
    const keys = documents.keys();
    return {
      issuer,
      pluginId,
      instanceId,
      hardwareId,
      deviceKey,
      allowsSimulated,
      allowsDevelopment,
      keys,
      now,
      highestEpoch,
      newestIssue,
    };
  }

  function status(): LicenseStatus {
    const { now, warning } = judged();
    const age = options.listPolicy === undefined && memory.list === null ? "fresh" : ageOfList(memory.list, now);
    const warnings = warning === null ? [] : [warning as string];
    if (age !== "fresh") warnings.push(age === "due" ? "LIST_OVERDUE" : "LIST_EXPIRED");
    if (lease !== null && lease.expiresAt > now) {
      if (lease.refreshAfter <= now) warnings.push("REFRESH_OVERDUE");
      if (age === "over" && options.listPolicy === "require")
        return { ...LIST_EXPIRED, isLicensed: false, lease: null, warnings };
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
    if (options.device !== undefined) deviceKey = (await thumbprintOf(options.device)) ?? deviceKey;
    await documents.open();
    trouble = memory.refusal && { ...memory.refusal, class: "conclusive" };
    if (memory.lease !== null) {
      const verified = await verifyLease(memory.lease, expectation());
      if (verified.ok) lease = verified.value;
      else trouble = { ...said(verified.problem), class: localClass(verified.problem) };
      await lookUp();
    }
    return status();
  }

  /** Is the lease on the list that is kept? */
  async function lookUp(): Promise<void> {
    if (lease === null || memory.list === null) return;
    const standing = await standingOnList(memory.list, lease);
    if (standing === "hit") {
      lease = null;
      trouble = { ...said("LEASE_LISTED"), class: "conclusive" };
    } else if (standing === "refresh" && isStarted) {
      dueAt = options.clock.running() + Math.floor(options.chance() * 60_000);
      arm();
    }
  }

  async function accept(token: string, answered: Answered): Promise<void> {
    const { binding } = answered;
    const verified = await documents.withFreshKeys(() => verifyLease(token, { ...expectation(), binding }));
    if (!verified.ok) return ignored(verified.problem);
    hold(verified.value, answered.code);
    await keep({ ...newer(token, verified.value), time: learnTime(verified.value.issuedAt, local()) });
    await lookUp();
  }

  function hold(held: LeaseClaims, code: string): void {
    lease = held;
    trouble = null;
    lastCode = code;
    attempt = { kind: "ok" };
    failures = 0;
    hasActivated = false;
  }
  function newer(token: string, held: LeaseClaims): Partial<LicenseMemory> {
    return {
      lease: token,
      seat: { activationId: held.activationId, leaseId: held.leaseId },
      highestEpoch: Math.max(memory.highestEpoch, held.epoch),
      newestIssue: Math.max(memory.newestIssue, held.issuedAt),
      refusal: null,
    };
  }

  /** The document does not count: whatever was held before stays. */
  function ignored(code: LocalCode): void {
    trouble = { ...said(code), class: "retryable" };
    attempt = { kind: "retryable" };
    failures++;
  }

  /** The signed word rules over the unsigned one around it, whatever a line in between made of it. */
  async function take(answered: Answered): Promise<void> {
    if (answered.lease !== null) return accept(answered.lease, answered);
    const { verdict: token, message, binding } = answered;
    const verdict =
      token === null ? null : await documents.withFreshKeys(() => verifyVerdict(token, { ...expectation(), binding }));
    const isProven = verdict?.ok === true;
    const code = isProven ? verdict.value.code : answered.code;
    const answerClass = isProven ? verdict.value.class : answered.class;
    if (answerClass === "conclusive") {
      // Unproven, it is a stranger's word: anybody on the line could switch plugins off.
      if (!isProven) return ignored(verdict === null ? "SIGNATURE_INVALID" : verdict.problem);
      lease = null;
      mark = null;
      trouble = { code, class: "conclusive", message };
      attempt = { kind: "conclusive" };
      failures = 0;
      return keep({ lease: null, refusal: { code, message }, time: learnTime(verdict.value.issuedAt, local()) });
    }
    if (answerClass === "ok" || answerClass === "action") {
      trouble = answerClass === "ok" ? null : { code, class: "action", message };
      attempt = { kind: answerClass };
      failures = 0;
      if (isProven && typeof verdict.value.claims.seen === "number") mark = token;
      if (isProven) await keep({ time: learnTime(verdict.value.issuedAt, local()) });
      return;
    }
    trouble = { code, class: "retryable", message };
    attempt = { kind: "retryable", retryAfterSeconds: answered.retryAfter };
    failures++;
  }

  async function ask(request: ActivationRequest | null): Promise<LicenseStatus> {
    await take(await askForLease(options, request, lease ?? memory.seat, memory.lease));
    const wantsSeat = trouble?.code === "ACTIVATION_REQUIRED" || trouble?.code === "LEASE_LAPSED";
    if (request === null && wantsSeat && options.activation !== undefined && !hasActivated) {
      hasActivated = true;
      await take(await askForLease(options, options.activation, null, null));
    }
    return settle();
  }

  async function beat(): Promise<LicenseStatus> {
    if (lease === null) return status();
    const { acks } = memory;
    const { activationId } = lease;
    const before = { attempt, failures };
    const answered = await sendPing(options, lease, acks, { lease: memory.lease, seen: mark });
    await take(answered);
    // A ping that fails says nothing: the refresh has a time of its own.
    if (attempt.kind === "retryable" && before.attempt.kind !== "retryable") ({ attempt, failures } = before);
    if (attempt.kind !== "retryable" && answered.binding.requestHash !== "" && answered.class !== "retryable")
      await keep({ acks: memory.acks.filter((n) => !acks.includes(n)) });
    const expected = { issuer: options.marketplace, activationId, keys: documents.keys(), now: judged().now };
    const wantsRefresh = await runCommands(answered.commands, expected, memory, keep, options.onCommand);
    if (wantsRefresh && answered.lease === null) await take(await askForLease(options, null, lease, memory.lease));
    return settle();
  }

  async function settle(): Promise<LicenseStatus> {
    const now = status();
    await keep({});
    plan();
    options.onChange?.(now);
    return now;
  }

  function once(work: () => Promise<LicenseStatus>): Promise<LicenseStatus> {
    inFlight ??= work().finally(() => {
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

  function armPing(): void {
    if (!isStarted || options.pings !== true) return;
    const wait = PING_MS - Math.floor(options.chance() * 30_000);
    pingTimer = timers.set(() => void once(beat).then(armPing), wait);
  }

  async function wake(): Promise<void> {
    const isDue = dueAt !== null && options.clock.running() >= dueAt;
    // A lease that asks for its refresh later than in a day is looked at again, not refreshed.
    const isEarly = attempt.kind === "ok" && lease !== null && lease.refreshAfter > judged().now;
    if (isDue && !isEarly) {
      await once(() => ask(null));
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
      return once(() => ask(request));
    },
    refresh: () => once(() => ask(null)),
    ping: async () => {
      await inFlight;
      return once(beat);
    },
    async start() {
      const loaded = await load();
      isStarted = true;
      if (lease === null && memory.refusal === null && (memory.lease !== null || options.activation !== undefined))
        void once(() => ask(memory.lease === null ? (options.activation ?? null) : null));
      else plan();
      armPing();
      return loaded;
    },
    stop() {
      isStarted = false;
      timers.clear(timer);
      timers.clear(pingTimer);
    },

    async requestFile(version) {
      const { device, pluginId, hardwareId } = options;
      if (device === undefined) return null;
      const request = await makeOfflineRequest(device, { pluginId, version, hardwareId }, judged().now);
      await keep({ request: request.binding });
      return request.text;
    },
    async importFile(file) {
      const opened =
        options.device === undefined
          ? ({ ok: false, problem: "DEVICE_KEY_MISMATCH" } as const)
          : await openAnswer(file, options.device, memory.request?.requestHash ?? "");
      const binding = memory.request ?? undefined;
      const verified = opened.ok
        ? await documents.withFreshKeys(() => verifyLease(opened.value, { ...expectation(), binding }))
        : opened;
      if (verified.ok && opened.ok && verified.value.isOffline && verified.value.deviceKey !== null) {
        hold(verified.value, "VALID");
        const trusted = Math.max(memory.time.trusted, verified.value.issuedAt);
        await keep({ ...newer(opened.value, verified.value), request: null, time: { ...memory.time, trusted } });
        await lookUp();
      } else {
        const code = verified.ok ? "AUDIENCE_MISMATCH" : verified.problem;
        trouble = { ...said(code), class: lease === null ? localClass(code) : "retryable" };
      }
      const now = status();
      options.onChange?.(now);
      return now;
    },
    async releaseFile() {
      const held = lease;
      if (held === null || !held.isOffline || options.device === undefined) return null;
      lease = null;
      trouble = null;
      attempt = { kind: "none" };
      await keep({ lease: null, seat: null });
      const text = await makeOfflineRelease(options.device, held.leaseId, judged().now);
      options.onChange?.(status());
      return text;
    },
    importKeySet: (document) => documents.importKeySet(document),
    async importList(document) {
      const isTaken = await documents.importList(document);
      if (isTaken) await lookUp();
      return isTaken;
    },
    async updateList() {
      if (await documents.fetchList()) await lookUp();
      return status();
    },
  };
}

const LIST_EXPIRED = {
  code: "LIST_EXPIRED",
  class: "retryable",
  message: "The revocation list kept here has ended; bring a newer one.",
} as const;

function said(code: LocalCode): { readonly code: LocalCode; readonly message: string } {
  return { code, message: localText(code) };
}

/** The class of any result code, known to this version or not: unknown ones need a person. */
export const classOfCode: (code: string) => LicenseStatus["class"] = classOf;
