import { STATUS } from "../../api/status.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import { ACCOUNT_REASONS } from "../../domain/account/reasons.ts";
import { WEBHOOK_EVENTS, WEBHOOK_SIGNATURE_HEADER } from "../../domain/account/webhook.ts";
import { BUNDLE_REASONS } from "../../domain/bundle/reasons.ts";
import { ENTITY_EVENTS, ENTITY_READ, type Entity } from "../../domain/execution/events.ts";
import { CALL_CODES, HOOKS, RUN_CODES } from "../../domain/execution/job.ts";
import { METHODS } from "../../domain/execution/methods.ts";
import { EXECUTION_REASONS } from "../../domain/execution/reasons.ts";
import { LICENSE_REASONS } from "../../domain/license/reasons.ts";
import { PERMISSIONS } from "../../domain/manifest/permissions.ts";
import type { Reason } from "../../domain/reasons.ts";
import { RELEASE_REASONS } from "../../domain/release/reasons.ts";
import { SALES_REASONS } from "../../domain/sales/reasons.ts";
import { TRUST_REASONS } from "../../domain/trust/reasons.ts";
import { permissionWords } from "../../pages/words/codes.ts";
import { code, table } from "./markdown-table.ts";

/** The closed list of permissions: what people read, which methods they open, which events. */
export function permissionList(): string {
  const methods = Object.entries(METHODS);
  return [
    "# Permission list",
    "",
    "Everything a plugin can ask for. A method is refused with `capability_denied` unless its permission was declared and granted.",
    "",
    "How to choose and declare them is told in [Permissions](/docs/permissions).",
    "",
    ...PERMISSIONS.flatMap((permission) => {
      const { title, sentence } = permissionWords(permission);
      const opened = methods.filter(([, method]) => method.permission === permission);
      const heard = Object.entries(ENTITY_READ).filter(([, read]) => read === permission);
      return [
        `## \`${permission}\` {#${permission.replace(".", "-")}}`,
        "",
        `**${title}.** ${sentence}`,
        "",
        ...(opened.length > 0
          ? [
              table(
                ["Method", "Calls a minute"],
                opened.map(([name, { perMinute }]) => [code(`context.${name}`), String(perMinute)]),
              ),
              "",
            ]
          : []),
        ...heard.map(
          ([entity]) => `Needed, as required, to listen to [events of ${entity}s](/docs/event-list#${entity}).\n`,
        ),
      ];
    }),
  ].join("\n");
}

/** Events, hooks, and how runs and calls end. */
export function eventList(): string {
  return [
    "# Event list",
    "",
    "What a plugin can listen to, and the words for how a run ended. How to use them is told in [Events](/docs/events).",
    "",
    ...Object.entries(ENTITY_EVENTS).flatMap(([entity, operations]) => [
      `## ${entity[0]?.toUpperCase()}${entity.slice(1)} {#${entity}}`,
      "",
      `Needs [${code(ENTITY_READ[entity as Entity])}](/docs/permission-list#${ENTITY_READ[entity as Entity].replace(".", "-")}) as a required permission.`,
      "",
      ...operations.map((operation) => `- ${code(`${entity}.${operation}`)}`),
      "",
    ]),
    "## Lifecycle hooks {#hooks}",
    "",
    `Handlers under ${code("lifecycle")} of ${code("definePlugin")}; they need no declaration: ${HOOKS.map(code).join(", ")}.`,
    "",
    "## How a run ends {#outcomes}",
    "",
    table(
      ["Outcome", "When"],
      [
        ["`ok`", "The handler returned."],
        ["`skipped`", "Nobody was called: the installation is not live, not consented or not granted."],
        ...RUN_CODES.filter((name) => name !== "need_module").map((name) => [code(name), RUN_WORDS[name]]),
      ],
    ),
    "",
    "## How a call is refused {#call-codes}",
    "",
    "Methods of the context throw a `BridgeError` whose `code` is one of these.",
    "",
    table(
      ["Code", "When"],
      CALL_CODES.map((name) => [code(name), CALL_WORDS[name]]),
    ),
    "",
  ].join("\n");
}

const RUN_WORDS: Readonly<Record<Exclude<(typeof RUN_CODES)[number], "need_module">, string>> = {
  plugin_invalid: "The module does not start, or has no handler for what the manifest declares.",
  plugin_error: "The handler threw.",
  capability_denied: "It failed after asking for something it was not granted.",
  network_denied: "It failed because an address may not be reached.",
  plugin_timeout: "The wall time was over.",
  plugin_memory: "The memory was used up.",
  plugin_limit: "CPU, requests or API calls were used up.",
  plugin_output: "The answer was larger than 256 KiB, or no data.",
  plugin_crashed: "The isolate failed in another way.",
  sandbox_hung: "The sandbox hung and this run cannot be repeated.",
  sandbox_crashed: "The sandbox went away.",
  stopped: "Installation, release or license was stopped meanwhile.",
};

const CALL_WORDS: Readonly<Record<(typeof CALL_CODES)[number], string>> = {
  capability_denied: "The permission was not declared or not granted.",
  unknown_method: "There is no such method.",
  invalid_arguments: "The arguments do not fit the method.",
  rate_limited: "Too many calls in this minute; `retryAfter` says how many seconds to wait.",
  quota_exceeded: "The storage of the license is full.",
  host_refused: "The instance refused: nothing by this id, or values it does not accept.",
  host_unavailable: "The instance did not answer.",
  session_closed: "The run was over already.",
};

/** What the marketplace tells instances. */
export function webhookList(): string {
  return [
    "# Webhooks",
    "",
    "What the marketplace tells an instance, at the `webhookUrl` it was registered with.",
    "",
    `The body is \`{event, data, id, createdAt, sequence?}\`; \`${WEBHOOK_SIGNATURE_HEADER}\` is the hex HMAC-SHA256 of exactly these bytes under the webhook secret. Deliveries are at least once: tell repeats by \`id\`. \`sequence\` rises per license.`,
    "",
    "`openWebhook` of [`@rising-bsm/plugin-sdk/webhook`](/docs/sdk-webhook) checks the signature and reads the body.",
    "",
    "## Events",
    "",
    ...WEBHOOK_EVENTS.map((event) => `- ${code(event)}`),
    "",
    "## Retries",
    "",
    "Network errors, time-outs of ten seconds, 429 and 5xx are tried again after 1 minute, 5 and 30 minutes, 2 and 6 hours, then every 12 hours, for 72 hours. Any other answer is final. Five answers of 401 or 410 in a row pause the hook until a new address or new secrets arrive.",
    "",
  ].join("\n");
}

/** Every code the API can refuse with. */
export function refusalList(): string {
  const groups: readonly (readonly [string, string, readonly Reason[]])[] = [
    ["requests", "Requests and accounts", ACCOUNT_REASONS],
    ["releases", "Releases", RELEASE_REASONS],
    ["licenses", "Licenses", LICENSE_REASONS],
    ["orders", "Orders and payments", SALES_REASONS],
    ["executions", "Events and executions", EXECUTION_REASONS],
    ["trust", "Signatures and keys", TRUST_REASONS],
    ["bundles", "Bundles", BUNDLE_REASONS],
  ];
  return [
    "# Refusal codes",
    "",
    "Every refusal has a code that stays the same from version to version. The API answers it as `code` and `error.code` of a problem document (RFC 9457), `rbsm --json` as `problem.code`.",
    "",
    ...groups.flatMap(([id, title, reasons]) => [
      `## ${title} {#${id}}`,
      "",
      table(
        ["Code", "Meaning", "Status"],
        reasons.map((reason) => [`[${code(reason)}](/problems/${reason})`, SENTENCES[reason], String(STATUS[reason])]),
      ),
      "",
    ]),
  ].join("\n");
}
