import { STATUS } from "../../api/status.ts";
import { type Caller, type Operation, problemsOf } from "../../contract/operation.ts";
import { OPERATIONS } from "../../contract/operations.ts";
import { code, table } from "./markdown-table.ts";
import { limitsOf, renderShape, type Schema, schemaOf } from "./schema-shape.ts";

const TAGS: Readonly<Record<Operation["tag"], readonly [string, string]>> = {
  service: ["Service", "Whether the marketplace is up, its keys, and the first operator."],
  accounts: ["Accounts", "Accounts, tokens and the keys of publishers."],
  instances: ["Instances", "Self-hosted Rising-BSM servers: registration, secrets, what they are told."],
  plugins: ["Plugins", "The catalogue: search, details, versions, reviews."],
  publishing: ["Publishing", "Uploading releases and following them through checks and review."],
  desk: ["Desk", "What operators decide."],
  licenses: ["Licenses", "Issuing, verifying and changing licenses."],
  orders: ["Orders", "Buying licenses: orders, payments, invoices, coupons."],
  installations: ["Installations", "Seats, leases, heartbeats, and what plugins did."],
  events: ["Events", "What instances report, delivered to plugins."],
};

/** One page per tag of the operation table, and the overview. Slug → Markdown. */
export function apiPages(): Readonly<Record<string, string>> {
  const tags = Object.keys(TAGS) as Operation["tag"][];
  return { api: overview(tags), ...Object.fromEntries(tags.map((tag) => [`api-${tag}`, tagPage(tag)])) };
}

function overview(tags: readonly Operation["tag"][]): string {
  return [
    "# HTTP API",
    "",
    "Everything the marketplace does can be asked for in JSON below `/v1`. The same table that validates requests makes these pages and [`/v1/openapi.json`](/v1/openapi.json).",
    "",
    "## Who calls",
    "",
    table(
      ["Caller", "Credential"],
      [
        ["anybody", "none; a wrong one is 401 all the same"],
        ["account", "`Authorization: Bearer rbsm_…`, a token with the scope the call names"],
        [
          "instance",
          "`Authorization: Bearer <apiKey>:<signature>:<timestamp>`; the signature is the hex HMAC-SHA256 of `<apiKey>:<timestamp>` with the apiSecret, the timestamp in milliseconds",
        ],
      ],
    ),
    "",
    "## Problems",
    "",
    "A refusal is a problem document (RFC 9457) with a stable `code`; all of them are in the [list of refusal codes](/docs/refusals).",
    "",
    ...tags.flatMap((tag) => [
      `## ${TAGS[tag][0]}`,
      "",
      table(
        ["Call", "What it does"],
        OPERATIONS.filter((operation) => operation.tag === tag).map((operation) => [
          `[${code(`${operation.method} ${operation.path}`)}](/docs/api-${tag}#${operation.id})`,
          operation.summary,
        ]),
      ),
      "",
    ]),
  ].join("\n");
}

function tagPage(tag: Operation["tag"]): string {
  const [title, sentence] = TAGS[tag];
  return [
    `# API: ${title}`,
    "",
    sentence,
    "",
    ...OPERATIONS.filter((operation) => operation.tag === tag).flatMap(describe),
  ].join("\n");
}

function describe(operation: Operation): string[] {
  const { id, method, path, summary, caller, body, query, answers } = operation;
  return [
    `## \`${method} ${path}\` {#${id}}`,
    "",
    `${summary}. Caller: ${callerWords(caller)}.`,
    "",
    ...(query ? ["Query:", "", fields(schemaOf(query)), ""] : []),
    ...(body?.type === "json"
      ? [`Body, JSON of at most ${body.maxBytes.toLocaleString("en")} bytes:`, "", ...bodyOf(schemaOf(body.schema)), ""]
      : []),
    ...(body?.type === "multipart"
      ? [
          `Body: a form (\`multipart/form-data\`) with ${body.fields.map(code).join(", ")}, at most ${body.maxBytes.toLocaleString("en")} bytes.`,
          "",
        ]
      : []),
    ...Object.entries(answers).flatMap(([status, answer]) =>
      typeof answer === "string"
        ? [`Answers ${status} with ${code(answer)}.`, ""]
        : [`Answers ${status}:`, "", "```ts", renderShape(schemaOf(answer)), "```", ""],
    ),
    `Refusals: ${refusals(operation)}.`,
    "",
  ];
}

/** Own refusals; those every call shares are told once, in the overview's list. */
function refusals(operation: Operation): string {
  return problemsOf(operation)
    .map((reason) => `[${code(reason)}](/problems/${reason}) ${STATUS[reason]}`)
    .join(", ");
}

function bodyOf(schema: Schema): string[] {
  return schema.properties ? [fields(schema)] : ["```ts", renderShape(schema), "```"];
}

function fields(schema: Schema): string {
  return table(
    ["Field", "Type", "Rules"],
    Object.entries(schema.properties ?? {}).map(([name, field]) => [
      `${code(name)}${schema.required?.includes(name) ? "" : " (optional)"}`,
      code(renderShape(field, schema).replace(/\s+/g, " ")),
      [field.description ?? "", limitsOf(field)].filter((word) => word !== "").join("; "),
    ]),
  );
}

function callerWords(caller: Caller): string {
  const scopes = (scope: string | readonly string[]) => [scope].flat().map(code).join(" or ");
  if (caller.kind === "none") return "anybody";
  if (caller.kind === "secret") return "the holder of a secret of its own";
  if (caller.kind === "instance") return "an instance";
  if (caller.kind === "account") return `an account token with ${scopes(caller.scope)}`;
  return `an instance, or an account token with ${scopes(caller.scope)}`;
}
