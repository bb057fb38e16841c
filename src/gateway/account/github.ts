import { GITHUB_EMAILS, GITHUB_TOKEN, GITHUB_USER } from "../../contract/account/github.ts";
import type { Github } from "../../market/account/people-ports.ts";

const TIMEOUT_MS = 10_000;

/** As much of a schema as a reader needs. */
interface Schema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** Sign-in with GitHub; null where the two settings are missing. Only the id, login and proven primary address are read. */
export function createGithub(clientId: string | undefined, secret: string | undefined, origin: string): Github | null {
  if (!clientId || !secret) return null;
  const redirectUri = `${origin}/sign-in/github/callback`;
  return {
    address(state, challenge) {
      const url = new URL("https://github.com/login/oauth/authorize");
      url.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: "user:email",
        state,
        code_challenge: challenge,
        code_challenge_method: "S256",
      }).toString();
      return url.href;
    },

    async identify(code, verifier) {
      const body = new URLSearchParams({
        client_id: clientId,
        client_secret: secret,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      });
      const token = await ask("https://github.com/login/oauth/access_token", GITHUB_TOKEN, { method: "POST", body });
      if (token === null) return null;
      const headers = { authorization: `Bearer ${token.access_token}` };
      const [user, emails] = await Promise.all([
        ask("https://api.github.com/user", GITHUB_USER, { headers }),
        ask("https://api.github.com/user/emails", GITHUB_EMAILS, { headers }),
      ]);
      if (user === null) return null;
      const proven = emails?.find(({ primary, verified }) => primary && verified);
      return { id: String(user.id), login: user.login, email: proven?.email.toLowerCase() ?? null };
    },
  };
}

/** Null for every answer that is none of ours: refused, unreachable, or of another shape. */
async function ask<T>(
  url: string,
  schema: Schema<T>,
  init: { readonly method?: string; readonly body?: URLSearchParams; readonly headers?: Record<string, string> },
): Promise<T | null> {
  try {
    const response = await fetch(url, {
      ...init,
      headers: { accept: "application/json", "user-agent": "rising-bsm-marketplace", ...init.headers },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return null;
    const parsed = schema.safeParse(await response.json());
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
