import type { Method } from "../../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { Emulator } from "../emulator/emulator.ts";
import { isObject, readAnswer, readPage } from "./host-answer.ts";
import { HostRefusal } from "./host-refusal.ts";

/** Methods that end in a call of the host. */
export type HostMethod = Exclude<
  Method,
  `${"storage" | "files" | "secrets" | "events" | "webhooks" | "i18n"}.${string}` | "notifications.list"
>;

/** The instance behind a test host, and in whose name it is called. */
export interface HostLine {
  readonly emulator: Emulator;
  readonly apiKey: string;
  readonly plugin: string;
  readonly installation: string;
  /** The user who installed the plugin: notifications go there. */
  readonly userId: number;
}

/** Turns one method of the bridge into the host's own calls. Arguments were checked before. */
export async function callHost(line: HostLine, method: HostMethod, args: JsonObject): Promise<Json> {
  const [entity = "", verb] = method.split(".");
  const data = isObject(args.data) ? args.data : {};
  switch (verb) {
    case "list":
      return readPage(await ask(line, "GET", `/${entity}${queryOf(args)}`), args);
    case "get":
      return ask(line, "GET", `/${entity}/${args.id}`);
    case "create": {
      const made = await ask(line, "POST", `/${entity}`, data);
      return isObject(made) ? made : findCreated(line, data);
    }
    case "update":
      return ask(line, "PUT", `/${entity}/${args.id}`, data);
    case "delete":
      await ask(line, "DELETE", `/${entity}/${args.id}`);
      return null;
    case "cancel": {
      const note = typeof args.note === "string" ? { note: args.note } : {};
      await ask(line, "PATCH", `/${entity}/${args.id}/status`, { status: "CANCELLED", ...note });
      return null;
    }
    default:
      await ask(line, "POST", "/notifications", { userId: line.userId, type: "info", ...args });
      return null;
  }
}

/** The host answers a created appointment with `{}`; the list knows it. */
async function findCreated(line: HostLine, data: JsonObject): Promise<Json> {
  const day = String(data.appointmentDate);
  const query = { startDate: day, endDate: day, limit: 100, sortBy: "createdAt", sortDirection: "desc" };
  const { items } = readPage(await ask(line, "GET", `/appointments${queryOf(query)}`), query);
  const same = (items as readonly JsonObject[]).filter(
    (row) => row.title === data.title && row.appointmentTime === data.appointmentTime,
  );
  return same.toSorted((a, b) => Number(b.id) - Number(a.id))[0] ?? data;
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
    throw new HostRefusal("host_unavailable", "The instance does not answer");
  }
  return readAnswer(answer.status, await answer.text());
}

function queryOf(filter: JsonObject): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
