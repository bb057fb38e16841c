import type { Method } from "../../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { Emulator } from "../emulator/emulator.ts";
import { isObject, readAnswer, readPage, withoutAddress } from "./host-answer.ts";
import { HostRefusal } from "./host-refusal.ts";

export type HostMethod = Exclude<Method, `storage.${string}` | "notifications.list">;

export interface HostLine {
  readonly emulator: Emulator;
  readonly apiKey: string;
  readonly plugin: string;
  readonly installation: string;
  /** The user who installed the plugin: notifications go there. */
  readonly userId: number;
}

/** Turns one method of the bridge into the host's own calls. */
export async function callHost(line: HostLine, method: HostMethod, args: JsonObject): Promise<Json> {
  const [entity = "", verb] = method.split(".");
  switch (verb) {
    case "list":
      return { ...readPage(await ask(line, "GET", `/${entity}${queryOf(args)}`)) };
    case "get":
      return row(await ask(line, "GET", `/${entity}/${idOf(args)}`));
    case "create": {
      const made = await ask(line, "POST", `/${entity}`, dataOf(args));
      return isObject(made) ? withoutAddress(made) : reread(line, dataOf(args));
    }
    case "update":
      return row(await ask(line, "PUT", `/${entity}/${idOf(args)}`, dataOf(args)));
    case "delete":
      await ask(line, "DELETE", `/${entity}/${idOf(args)}`);
      return null;
    case "cancel": {
      const note = typeof args.note === "string" ? { note: args.note } : {};
      await ask(line, "PATCH", `/${entity}/${idOf(args)}/status`, { status: "CANCELLED", ...note });
      return null;
    }
    default: {
      const { title, message, type } = args;
      if (typeof title !== "string" || typeof message !== "string" || title === "" || title.length > 100) {
        throw new HostRefusal("invalid_arguments", "title (1–100) and message are required");
      }
      await ask(line, "POST", "/notifications", { userId: line.userId, title, message, type: type ?? "info" });
      return null;
    }
  }
}

/** The host answers a created appointment with `{}`; the list knows it. */
async function reread(line: HostLine, data: JsonObject): Promise<Json> {
  const day = String(data.appointmentDate);
  const found = readPage(
    await ask(line, "GET", `/appointments${queryOf({ startDate: day, endDate: day, limit: 100 })}`),
  );
  const same = found.items.filter((item) => item.title === data.title && item.appointmentTime === data.appointmentTime);
  return same.at(-1) ?? null;
}

async function ask(line: HostLine, method: string, path: string, body?: JsonObject): Promise<Json> {
  const request = new Request(`https://instance.example/api${path}`, {
    method,
    headers: {
      authorization: `ApiKey ${line.apiKey}`,
      "content-type": "application/json",
      "x-plugin-name": line.plugin,
      "x-plugin-installation": line.installation,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  let answer: Response;
  try {
    answer = await line.emulator.fetch(request);
  } catch {
    throw new HostRefusal("host_unavailable", "The instance cannot be reached");
  }
  return readAnswer(answer.status, await answer.text());
}

function row(value: Json): Json {
  return isObject(value) ? withoutAddress(value) : value;
}

function idOf(args: JsonObject): number {
  if (typeof args.id !== "number" || !Number.isSafeInteger(args.id) || args.id < 1) {
    throw new HostRefusal("invalid_arguments", "id must be a positive integer");
  }
  return args.id;
}

function dataOf(args: JsonObject): JsonObject {
  if (!isObject(args.data)) throw new HostRefusal("invalid_arguments", "data must be an object");
  return args.data;
}

function queryOf(filter: JsonObject): string {
  const pairs = Object.entries(filter).map(([name, value]) => {
    if (typeof value === "object") throw new HostRefusal("invalid_arguments", `${name} must be a plain value`);
    return `${encode(name)}=${encode(String(value))}`;
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function encode(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2);
}
