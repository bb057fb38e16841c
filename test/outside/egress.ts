import { Response } from "miniflare";

type Asked = {
  readonly url: string;
  readonly method: string;
  readonly headers: Iterable<[string, string]>;
  text(): Promise<string>;
};

/** The foreign services of the tests' plugins: `api.allowed.example` repeats what it was asked; the rest is a canary. */
export async function answerEgress(asked: Asked): Promise<Response> {
  const url = new URL(asked.url);
  if (url.hostname !== "api.allowed.example" && !url.hostname.endsWith(".wild.example"))
    return new Response("the canary was reached", { status: 599 });
  if (url.pathname === "/redirect")
    return new Response(null, {
      status: 302,
      headers: { location: url.searchParams.get("to") ?? "https://canary.example/" },
    });
  if (url.pathname === "/large") return new Response(new Uint8Array(9_000_000));
  return Response.json(
    { url: asked.url, method: asked.method, headers: Object.fromEntries(asked.headers), body: await asked.text() },
    { headers: { "set-cookie": "session=1", "x-answer": "kept" } },
  );
}
