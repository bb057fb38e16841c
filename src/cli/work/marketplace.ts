import { ok } from "../../domain/result.ts";
import { misuse, type Outcome } from "../problem.ts";
import { type Config, type Env, readConfig, type TrustList } from "./config.ts";

/** A marketplace and the one credential used with it. */
export interface Marketplace {
  readonly origin: string;
  readonly token: string | null;
  /** The list pinned by `login`, null before. */
  readonly trust: TrustList | null;
}

export interface MarketplaceChoice {
  readonly env: Env;
  /** `--marketplace`. */
  readonly origin?: string | undefined;
}

/**
 * `--marketplace`, else RBSM_MARKETPLACE, else the one of the last login. RBSM_TOKEN replaces the stored token; a token
 * that is refused is never replaced by another.
 */
export async function chooseMarketplace({ env, origin }: MarketplaceChoice): Promise<Outcome<Marketplace>> {
  const config = await readConfig(env);
  if (!config.ok) return config;
  const chosen = origin ?? (env.RBSM_MARKETPLACE || undefined) ?? config.value.current;
  if (chosen === undefined)
    return {
      ok: false,
      problem: misuse("marketplace_missing", "Which marketplace?", "Pass --marketplace URL, or log in first."),
    };
  const parsed = parseOrigin(chosen);
  if (!parsed.ok) return parsed;
  const known = lookUp(config.value, parsed.value);
  return ok({ origin: parsed.value, token: env.RBSM_TOKEN || (known?.token ?? null), trust: known?.trust ?? null });
}

/** An origin: https, or http on this machine; a token never travels in the clear. */
export function parseOrigin(text: string): Outcome<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.has(url.hostname));
  const isBare = url && !url.username && !url.password && !url.search && !url.hash && url.pathname === "/";
  if (url && isSafe && isBare) return ok(url.origin);
  return {
    ok: false,
    problem: misuse(
      "marketplace_invalid",
      `“${text}” is not the https address of a marketplace.`,
      "Write https://NAME.",
    ),
  };
}

export const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function lookUp(config: Config, origin: string): Config["marketplaces"][string] | undefined {
  return Object.hasOwn(config.marketplaces, origin) ? config.marketplaces[origin] : undefined;
}

/** The name statements and proofs are made out to: a document for one marketplace is void at another. */
export function marketplaceName({ origin, trust }: Marketplace): string {
  if (trust) return trust.marketplace;
  const { hostname } = new URL(origin);
  return LOOPBACK.has(hostname) ? "localhost" : hostname;
}

export function requireToken(marketplace: Marketplace): Outcome<string> {
  if (marketplace.token) return ok(marketplace.token);
  return {
    ok: false,
    problem: {
      code: "AUTHENTICATION_REQUIRED",
      kind: "auth",
      message: `You are not logged in to ${marketplace.origin}.`,
      next: `Run rbsm login --marketplace ${marketplace.origin} --token-stdin, or set RBSM_TOKEN.`,
    },
  };
}
