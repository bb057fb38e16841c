const BASE = "https://ec.europa.eu/taxation_customs/vies/rest-api/ms";
const TIMEOUT_MS = 8_000;

export type Registration =
  | { readonly status: "registered"; readonly name: string | null; readonly address: string | null }
  | { readonly status: "not_registered" }
  /** The register, or the country behind it, gave no verdict; ask again later. */
  | { readonly status: "unconfirmed"; readonly why: string };

/** Asks VIES about a number that is formed well. Never throws for what the register does. */
export async function askVies(number: string): Promise<Registration> {
  const url = `${BASE}/${number.slice(0, 2)}/vat/${encodeURIComponent(number.slice(2))}`;
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return { status: "unconfirmed", why: `VIES answered ${response.status}` };
    return readAnswer((await response.json()) as unknown);
  } catch (error) {
    return { status: "unconfirmed", why: error instanceof Error ? error.message : "VIES cannot be reached" };
  }
}

function readAnswer(answer: unknown): Registration {
  if (typeof answer !== "object" || answer === null) return { status: "unconfirmed", why: "VIES answered nothing" };
  const { isValid, userError, name, address } = answer as Record<string, unknown>;
  if (isValid === true) return { status: "registered", name: shown(name), address: shown(address) };
  if (isValid === false && (userError === undefined || userError === "INVALID" || userError === "VALID")) {
    return { status: "not_registered" };
  }
  return { status: "unconfirmed", why: typeof userError === "string" ? userError : "VIES gave no verdict" };
}

/** Countries that keep names to themselves answer `---`. */
function shown(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" && value !== "---" ? value.trim() : null;
}
