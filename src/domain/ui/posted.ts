import type { Json } from "../json/json.ts";
import type { Block } from "./blocks.ts";
import { ACTION_FIELD, ROUTE_FIELD } from "./render.ts";

const MAX_FIELDS = 60;
const ACTION = /^(POST|PUT|PATCH|DELETE) (\/[A-Za-z0-9._~/-]{1,200})$/;

/** What a form or button of a view asks for, and the route that is shown afterwards; null = the slot's own. */
export interface PostedForm {
  readonly route: string | null;
  readonly action: { readonly method: string; readonly path: string; readonly values: Json };
}

/** A form of a view as a browser posts it; null for what no form of ours sends. */
export function readPostedForm(text: string): PostedForm | null {
  const all: [string, string][] = [];
  new URLSearchParams(text).forEach((value, name) => void all.push([name, value]));
  const form = all.slice(0, MAX_FIELDS);
  const [, method, path] = ACTION.exec(form.find(([name]) => name === ACTION_FIELD)?.[1] ?? "") ?? [];
  if (method === undefined || path === undefined) return null;
  const values = Object.fromEntries(form.filter(([name]) => /^[a-z][a-zA-Z0-9]{0,39}$/.test(name)));
  const route = readViewRoute(form.find(([name]) => name === ROUTE_FIELD)?.[1] ?? null);
  return { route, action: { method, path, values } };
}

/** A route of the plugin with its query; null = none that could be one. */
export function readViewRoute(text: string | null): string | null {
  return text !== null && /^\/[A-Za-z0-9._~/?=&%+-]{1,400}$/.test(text) ? text : null;
}

/** An answer that is a view of its own. */
export function isView(body: Json): boolean {
  return typeof body === "object" && body !== null && "blocks" in body;
}

/** What stands above the view after an action that answered no view: its message, or that it was refused. */
export function noticeOf(status: number, body: Json): Block | null {
  const message = messageOf(body);
  if (status >= 400) return { type: "alert", tone: "error", text: message ?? `The plugin refused this (${status}).` };
  return message === null ? null : { type: "alert", tone: "success", text: message };
}

function messageOf(body: Json): string | null {
  const message =
    typeof body === "object" && body !== null && !Array.isArray(body) ? (body as { message?: Json }).message : null;
  return typeof message === "string" && message !== "" ? message.slice(0, 1000) : null;
}
