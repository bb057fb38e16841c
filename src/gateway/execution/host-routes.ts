import type { Method } from "../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";

/** One request to an instance's API, below its `apiUrl`. */
export interface HostRequest {
  readonly verb: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: Json;
}

/** The host call of a method (README, Methods); null for methods that never reach the host. Arguments were checked. */
export function hostRequest(method: Method, args: JsonObject, userId: string): HostRequest | null {
  const [entity = "", verb = ""] = method.split(".", 2);
  if (method === "notifications.send") {
    const body = { userId: Number(userId), type: "info", ...args };
    return { verb: "POST", path: "/notifications", body };
  }
  if (!ENTITIES.includes(entity)) return null;
  switch (verb) {
    case "list":
      return { verb: "GET", path: `/${entity}${queryOf(args)}` };
    case "get":
      return { verb: "GET", path: `/${entity}/${idOf(args)}` };
    case "create":
      return { verb: "POST", path: `/${entity}`, body: args.data ?? {} };
    case "update":
      return { verb: "PUT", path: `/${entity}/${idOf(args)}`, body: args.data ?? {} };
    case "delete":
      return { verb: "DELETE", path: `/${entity}/${idOf(args)}` };
    case "cancel": {
      const note = args.note === undefined ? {} : { note: args.note };
      return { verb: "PATCH", path: `/${entity}/${idOf(args)}/status`, body: { status: "CANCELLED", ...note } };
    }
    default:
      return null;
  }
}

const ENTITIES: readonly string[] = ["customers", "requests", "appointments"];

/** Arguments were checked before; a path is still never built from anything but digits. */
function idOf(args: JsonObject): string {
  const { id } = args;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) throw new TypeError("unchecked id");
  return String(id);
}

function queryOf(args: JsonObject): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
