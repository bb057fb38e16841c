import type { Env, Hono } from "hono";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The methods an address answers, asked of the routes themselves; none where nothing is. GET brings HEAD along. */
export function allowedMethods<E extends Env>(app: Hono<E>, path: string): readonly string[] {
  const answered = METHODS.filter((method) =>
    // What stands in front of every address answers to ALL.
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  return answered.includes("GET") ? ["HEAD", ...answered] : answered;
}
