import { LIMITS } from "../../domain/bundle/limits.ts";
import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import type { Marketplace } from "./marketplace.ts";

const TIMEOUT_MS = 120_000;

/** The public bundle of that digest, at most `size` bytes. What came is not judged here. */
export async function downloadBundle(
  marketplace: Marketplace,
  sha256: string,
  size: number,
  onProgress?: (received: number, total: number) => void,
): Promise<Outcome<Uint8Array>> {
  return downloadBytes(marketplace, `/bundles/${sha256}.rbsm`, size, onProgress);
}

/** The bytes at an address of the marketplace, at most `size` of them. Sends no credential and follows no redirect. */
export async function downloadBytes(
  { origin }: Marketplace,
  path: string,
  size: number,
  onProgress?: (received: number, total: number) => void,
): Promise<Outcome<Uint8Array>> {
  if (size > LIMITS.maxBundleBytes)
    return refuse("bundle_too_large", `The bundle would be ${size} bytes; ${LIMITS.maxBundleBytes} are allowed.`);
  try {
    const response = await fetch(new URL(path, origin), {
      headers: { "rbsm-purpose": "install" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      return { ok: false, problem: tellStatus(origin, response.status) };
    }
    return await readBounded(response.body, size, onProgress);
  } catch (error) {
    return { ok: false, problem: tellNetwork(origin, error) };
  }
}

/** Stops at the first byte too many: a server must not fill the memory. */
async function readBounded(
  body: ReadableStream<Uint8Array>,
  size: number,
  onProgress: ((received: number, total: number) => void) | undefined,
): Promise<Outcome<Uint8Array>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const part of body) {
    if (at + part.length > size) return refuse("bundle_digest_mismatch", `More than the stated ${size} bytes came.`);
    bytes.set(part, at);
    at += part.length;
    onProgress?.(at, size);
  }
  return ok(bytes.subarray(0, at));
}

function refuse(code: string, message: string): Outcome<never> {
  return {
    ok: false,
    problem: { code, kind: "bundle", message, next: "Do not use this file until you know why; tell the marketplace." },
  };
}

function tellStatus(origin: string, status: number): CliProblem {
  const isGone = status === 404 || status === 410;
  return {
    code: `http_${status}`,
    kind: isGone ? "not_found" : "server",
    message: `${origin} answered ${status} instead of the bundle.`,
    next: isGone
      ? "It may have been taken back; see rbsm versions NAME."
      : "Try again; if it stays, tell the marketplace.",
  };
}

function tellNetwork(origin: string, error: unknown): CliProblem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, name, message } = cause as NodeJS.ErrnoException;
  return {
    code: "network_failed",
    kind: "network",
    message: `${origin} could not be reached (${name === "TimeoutError" ? "no answer in time" : (code ?? message)}).`,
    next: "Check the address and the connection, then run the command again.",
  };
}
