import { Response } from "miniflare";

/** A GitHub with users named by their codes: `code` `<id>-<login>-<address>-<verified>` and any verifier of 43 characters. */
export const GITHUB_ORIGINS: readonly string[] = ["https://github.com", "https://api.github.com"];

export function answerGithub(url: URL, authorization: string | null, body: string): Response {
  if (url.href === "https://github.com/login/oauth/access_token") {
    const form = new URLSearchParams(body);
    const isGood =
      form.get("client_id") === "github-id-of-the-tests" &&
      form.get("client_secret") === "github-secret-of-the-tests" &&
      form.get("code_verifier")?.length === 43;
    // GitHub refuses with 200 and an error.
    return Response.json(isGood ? { access_token: form.get("code") } : { error: "bad_verification_code" });
  }
  const [id = "", login = "", email = "", verified = ""] = (authorization ?? "").replace("Bearer ", "").split("-");
  if (id === "broken") return new Response("<html>", { status: 500 });
  if (url.pathname === "/user") return Response.json({ id: Number(id), login });
  return Response.json([
    { email: "other@firm.at", primary: false, verified: true },
    { email, primary: true, verified: verified === "yes" },
  ]);
}
