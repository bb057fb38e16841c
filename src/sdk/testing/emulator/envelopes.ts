import type { Json, JsonObject } from "../../../domain/json/json.ts";

/** One answer of the host before it becomes a Response. `raw` bodies are sent as they are. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly html?: string;
}

/** The usual envelope. Some routes leave `message` and `timestamp` out: pass `terse`. */
export function success(now: number, data: Json, options: { status?: number; message?: string; terse?: boolean } = {}) {
  const { status = 200, message = "OK", terse = false } = options;
  const body: JsonObject = terse
    ? { success: true, data, error: null }
    : { success: true, data, message, error: null, timestamp: new Date(now).toISOString() };
  return { status, body } satisfies Answer;
}

/** Shape A: refused by a service. `code` is sometimes an object on the real host; pass one to play that. */
export function serviceError(
  now: number,
  status: number,
  code: string | JsonObject,
  message: string,
  details?: JsonObject,
): Answer {
  return {
    status,
    body: {
      success: false,
      data: null,
      message,
      error: details === undefined ? { code } : { code, details },
      timestamp: new Date(now).toISOString(),
    },
  };
}

/** Shape B: refused by authentication or a permission check. */
export function accessError(status: number, code: string, message: string): Answer {
  return { status, body: { success: false, error: message, code, message, statusCode: status } };
}

/** Shape C: an exception nobody caught. */
export function uncaughtError(message: string, status = 500): Answer {
  return { status, body: { success: false, data: null, error: message, statusCode: status } };
}

/** Quirk 1: a Response serialised inside a Response – right status, body `{}`. */
export function nestedResponse(status: number): Answer {
  return { status, body: {} };
}

/** An unknown path is answered by the page router, not by the API. */
export function unknownPage(): Answer {
  return { status: 404, body: null, html: "<!DOCTYPE html><title>404: This page could not be found.</title>" };
}

export function notFound(now: number, entity: string, id: number): Answer {
  return serviceError(now, 404, "NOT_FOUND", `${entity} with ID ${id} not found`);
}

export function invalid(now: number, errors: { readonly [field: string]: readonly string[] }): Answer {
  return serviceError(now, 400, "VALIDATION_ERROR", "Validation failed", { errors });
}
