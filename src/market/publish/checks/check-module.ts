import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import {
  type CheckOutcome,
  CLEAN,
  type Finding,
  forPeople,
  forRefusal,
  UNKNOWN,
} from "../../../domain/release/checks.ts";
import type { FindingRule } from "../../../domain/release/findings/rules.ts";
import { toldOf } from "../../../domain/release/findings/told.ts";
import { SERVER_MODULE } from "../../../domain/release/server-module.ts";
import type { World } from "../../ports.ts";
import type { Surroundings } from "../pipeline-ports.ts";
import { serverOf } from "./read-bundle.ts";

/**
 * The module is started once in an isolate that may do nothing: it loads, has a default export, and its handlers are the
 * declared ones. None of them is called. No answer is no verdict.
 */
export async function checkModule(
  world: Pick<World, "dryRun">,
  bundle: OpenedBundle,
  around: Surroundings | null,
): Promise<CheckOutcome> {
  const server = serverOf(bundle);
  if (server === null) return CLEAN;
  const { name, version, type, files } = bundle.manifest;
  const sha256 = files[SERVER_MODULE]?.sha256 ?? "";
  const reply = await world.dryRun.load({ plugin: name, version, type, sha256, text: server.text });
  if (reply.kind === "unknown") return UNKNOWN;
  if (reply.kind === "failed") {
    const message = `The module does not start: ${reply.message.slice(0, 200) || reply.code}`;
    return forRefusal([toldOf("module", "module_fails", message, SERVER_MODULE)]);
  }
  const compared = compareHandlers(bundle, reply.handlers);
  // An older host names routes without methods: its author declared less than the manifest that was made of it.
  return around?.isConverted
    ? forPeople(compared.map((one) => ({ ...one, severity: "warning" })))
    : forRefusal(compared);
}

function compareHandlers(
  { manifest }: OpenedBundle,
  handlers: { readonly [group: string]: readonly string[] },
): readonly Finding[] {
  const declared = {
    events: manifest.events.map(({ on }) => on as string),
    routes: manifest.routes.map(({ method, path }) => `${method} ${path}`),
    schedules: manifest.schedules.map(({ id }) => id),
  };
  const tell = (rule: FindingRule, message: string) => toldOf("module", rule, message, SERVER_MODULE);
  return Object.entries(declared).flatMap(([group, names]) => {
    const written = handlers[group] ?? [];
    return [
      ...names
        .filter((name) => !written.includes(name))
        .map((name) => tell("handler_missing", `${group} “${name}” has no handler.`)),
      ...written
        .filter((name) => !names.includes(name))
        .map((name) =>
          tell("handler_undeclared", `There is a handler ${group} “${name.slice(0, 80)}” that is not declared.`),
        ),
    ];
  });
}
