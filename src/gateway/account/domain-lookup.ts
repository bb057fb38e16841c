import type { DomainLookup } from "../../market/moderation/ports.ts";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16_384;
const TXT = 16;

/**
 * Looks at domains from outside: TXT records by DNS over HTTPS in its JSON form, and the well-known file by https, without
 * redirects. `resolver` is the origin and path of the DNS service.
 */
export function createDomainLookup(resolver: string): DomainLookup {
  return {
    async txt(domain) {
      const text = await read(`${resolver}?name=${encodeURIComponent(domain)}&type=TXT`, "application/dns-json");
      return text === null ? null : recordsOf(text);
    },
    wellKnown: (domain) => read(`https://${domain}/.well-known/rbsm.json`, "application/json"),
  };
}

async function read(url: string, accept: string): Promise<string | null> {
  try {
    const response = await fetch(url, {
      headers: { accept, "user-agent": "Rising-BSM-Marketplace/1" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return null;
    }
    const bytes = await readAtMost(response);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  } catch {
    return null;
  }
}

async function readAtMost(response: Response): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) return null;
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Texts of the TXT records; one record may come as several quoted strings that belong together. */
function recordsOf(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    const answers =
      typeof value === "object" && value !== null ? (value as { readonly Answer?: unknown }).Answer : null;
    if (!Array.isArray(answers)) return [];
    return answers.flatMap((answer: unknown) => {
      const { type, data } = (answer ?? {}) as { readonly type?: unknown; readonly data?: unknown };
      if (type !== TXT || typeof data !== "string") return [];
      const pieces = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? "");
      return [pieces.length > 0 ? pieces.join("") : data];
    });
  } catch {
    return null;
  }
}
