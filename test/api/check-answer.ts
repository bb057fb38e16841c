import { expect } from "vitest";
import * as z from "zod";
import { STATUS } from "../../src/api/status.ts";
import { type Operation, problemsOf } from "../../src/contract/operation.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import type { Reason } from "../../src/domain/reasons.ts";

const PROBLEM = z.object({
  type: z.string().regex(/^https?:\/\/[^/]+\/problems\/\w+$/),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string(),
  message: z.string().min(1),
  success: z.literal(false),
  code: z.string(),
  error: z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) }),
  traceId: z.string().min(8),
});

/** What no answer to a caller may carry: stacks, SQL, names of our files. Spelled out, since a signature is random base64url. */
const INTERNALS =
  /\bat \S+ \(|\.[cm]?[jt]sx?:\d|D1_(?:ERROR|EXEC_ERROR|TYPE_ERROR|COLUMN_NOTFOUND|DUMP_ERROR)|SQLITE_|\b(?:SELECT|INSERT|UPDATE|DELETE)\b .+\b(?:FROM|INTO|SET|WHERE)\b|\/(?:src|work|home|tmp|node_modules)\/|no such (?:table|column)/;

/** Bytes are answered in parts, not at all, or not in that part, too. */
const BYTES_STATUS = [200, 206, 304, 416];

/** The operation a request meets, as the contract says it: method, path, patterns of parameters. */
export function operationAt(method: string, path: string): Operation | undefined {
  const pathname = new URL(path, "http://localhost").pathname;
  return OPERATIONS.find(
    (operation) => operation.method === (method === "HEAD" ? "GET" : method) && patternOf(operation).test(pathname),
  );
}

function patternOf({ path, params }: Operation): RegExp {
  const source = path
    .replaceAll(".", "\\.")
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?:${params?.[name]?.source.replace(/^\^|\$$/g, "") ?? "[^/]+"})`);
  return new RegExp(`^${source}$`);
}

/** Holds an answer of the API against its declaration: headers of every answer, the problem's shape, the schema. */
export function checkAnswer(method: string, path: string, response: Response, text: string): void {
  const where = `${method} ${path.slice(0, 200)} answered ${response.status} ${text.slice(0, 500)}`;
  const { status, headers } = response;
  expect(headers.get("cache-control"), where).toBeTruthy();
  expect(headers.get("x-request-id"), where).toBeTruthy();
  expect(headers.get("x-content-type-options"), where).toBe("nosniff");
  const operation = operationAt(method, path);
  if (status >= 400 && headers.get("content-type") === "application/problem+json")
    checkProblem(operation, response, text, where);
  else if (operation !== undefined) checkSuccess(operation, method, status, text, where);
}

function checkProblem(operation: Operation | undefined, response: Response, text: string, where: string): void {
  expect(response.headers.get("cache-control"), where).toBe("no-store");
  expect(text, where).not.toMatch(INTERNALS);
  // A HEAD says the same in headers alone.
  if (text === "") return;
  const problem = PROBLEM.parse(JSON.parse(text));
  expect(problem.traceId, where).toBe(response.headers.get("x-request-id"));
  expect(problem.status, where).toBe(response.status);
  expect([problem.error.code, problem.type.split("/").pop()], where).toEqual([problem.code, problem.code]);
  expect(STATUS[problem.code as Reason], where).toBe(response.status);
  if (operation !== undefined) expect(problemsOf(operation), where).toContain(problem.code);
}

function checkSuccess(operation: Operation, method: string, status: number, text: string, where: string): void {
  // What the caller has already.
  if (status === 304) expect(text, where).toBe("");
  const answers = Object.values(operation.answers);
  if (answers.some((answer) => typeof answer === "string")) expect(BYTES_STATUS, where).toContain(status);
  else if (status !== 304) checkBody(operation.answers[status], method, text, where);
}

function checkBody(schema: Operation["answers"][number] | undefined, method: string, text: string, where: string) {
  if (typeof schema !== "object") throw new Error(`undeclared: ${where}`);
  if (method === "HEAD") return;
  const body: unknown = JSON.parse(text);
  // Objects drop what they do not declare, so a member that nobody documented shows as a difference.
  expect(schema.parse(body), where).toEqual(body);
}
