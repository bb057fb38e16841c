// The floors: the barest Worker of each kind, on the same workerd and harness as the paths they are compared with.
import { WorkerEntrypoint } from "cloudflare:workers";
import { Hono } from "hono";

interface FloorEnv {
  readonly DB: D1Database;
  readonly BUNDLES: R2Bucket;
  readonly ECHO: { echo(value: string): Promise<string> };
}

const app = new Hono<{ Bindings: FloorEnv }>();
app.get("/hono", (context) => context.text("ok"));
app.get("/d1", async (context) => {
  const row = await context.env.DB.prepare("select * from plugins where id = ?1").bind(1).first();
  return context.json(row);
});
app.get("/d1-insert", async (context) => {
  const row = await context.env.DB.prepare("insert into floor_rows (at, said) values (?1, ?2) returning id")
    .bind(Date.now(), "said")
    .first();
  return context.json(row);
});
app.get("/r2/:key{.+}", async (context) => {
  const object = await context.env.BUNDLES.get(context.req.param("key"));
  return object ? new Response(object.body) : context.notFound();
});
app.get("/rpc2", async (context) => {
  await context.env.ECHO.echo("one");
  return context.text(await context.env.ECHO.echo("two"));
});

app.get("/rpc/:count", async (context) => {
  let answer = "";
  for (let n = Number(context.req.param("count")); n > 0; n--) answer = await context.env.ECHO.echo("one");
  return context.text(answer);
});

export class Echo extends WorkerEntrypoint {
  echo(value: string): string {
    return value;
  }
}

export default app;
