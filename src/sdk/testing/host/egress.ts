import { checkAddress } from "../../../domain/account/addresses.ts";
import { HostRefusal } from "./host-refusal.ts";

/** One declared host of a manifest. */
export interface EgressDeclaration {
  readonly host: string;
  readonly methods?: readonly string[];
}
/** Plays the services behind the declared hosts. */
export type Network = (request: Request) => Promise<Response>;

/** What stands between a handler and the network. */
export interface Gate {
  readonly rules: readonly EgressDeclaration[];
  readonly network: Network | undefined;
  /** Secrets that are added to requests to one host. */
  inject(host: string): readonly { readonly header: string; readonly value: string }[];
}

/** Thrown by `fetch` inside a handler for an address the manifest does not declare. */
export class NetworkDenied extends Error {}

interface GlobalFetch {
  fetch?: (input: unknown, init?: object) => Promise<Response>;
}

/**
 * Runs a handler while `fetch` is what the egress gate lets through: https to a declared host, port 443, declared
 * methods. `network` plays the services behind it. One run at a time: `fetch` is a global.
 */
export async function withNetwork<T>({ rules, network, inject }: Gate, run: () => Promise<T>): Promise<T> {
  const scope = globalThis as GlobalFetch;
  const outer = scope.fetch;
  scope.fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(String(input), init);
    const url = new URL(request.url);
    const rule =
      rules.find(({ host }) => host === url.hostname) ?? rules.find(({ host }) => covers(host, url.hostname));
    const { methods = ["GET", "POST"] } = rule ?? {};
    const isDeclared =
      rule !== undefined &&
      url.protocol === "https:" &&
      url.port === "" &&
      methods.includes(request.method) &&
      checkAddress(`https://${url.host}/`, []).ok;
    if (!isDeclared) throw new NetworkDenied(`The network address ${request.method} ${url.origin} is not declared`);
    if (network === undefined) throw new HostRefusal("host_unavailable", `No test network plays ${url.hostname}`);
    const leaving = new Request(request);
    for (const { header, value } of inject(rule.host)) leaving.headers.set(header, value);
    return network(leaving);
  };
  try {
    return await run();
  } finally {
    if (outer === undefined) delete scope.fetch;
    else scope.fetch = outer;
  }
}

/** `*.example.org` covers names one label below it, not itself. */
function covers(host: string, name: string): boolean {
  if (!host.startsWith("*.")) return host === name;
  const label = name.slice(0, -host.length + 1);
  return name.endsWith(host.slice(1)) && label !== "" && !label.includes(".");
}
