import { HostRefusal } from "./host-refusal.ts";

/** One declared host of a manifest. */
export interface EgressDeclaration {
  readonly host: string;
  readonly methods?: readonly string[];
}
/** Plays the services behind the declared hosts. */
export type Network = (request: Request) => Promise<Response>;

/** Thrown by `fetch` inside a handler for an address the manifest does not declare. */
export class NetworkDenied extends Error {}

interface GlobalFetch {
  fetch?: (input: unknown, init?: object) => Promise<Response>;
}

/**
 * Runs a handler while `fetch` is what the egress gate lets through: https to a declared host, port 443, declared
 * methods. `network` plays the services behind it. One run at a time: `fetch` is a global.
 */
export async function withNetwork<T>(
  egress: readonly EgressDeclaration[],
  network: Network | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const scope = globalThis as GlobalFetch;
  const outer = scope.fetch;
  scope.fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(String(input), init);
    const url = new URL(request.url);
    const isDeclared =
      url.protocol === "https:" &&
      url.port === "" &&
      egress.some(
        ({ host, methods = ["GET", "POST"] }) => covers(host, url.hostname) && methods.includes(request.method),
      );
    if (!isDeclared) throw new NetworkDenied(`The network address ${request.method} ${url.origin} is not declared`);
    if (network === undefined) throw new HostRefusal("host_unavailable", `No test network plays ${url.hostname}`);
    return network(request);
  };
  try {
    return await run();
  } finally {
    if (outer === undefined) delete scope.fetch;
    else scope.fetch = outer;
  }
}

/** `*.example.org` covers names below it, not itself. */
function covers(host: string, name: string): boolean {
  return host.startsWith("*.") ? name.endsWith(host.slice(1)) && name.length > host.length - 1 : host === name;
}
