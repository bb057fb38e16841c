/** What `fetch` throws when the egress gate refused the address. */
export class NetworkDenied extends Error {}

/** A refused address is an error of `fetch`, as it is without any declared host, and not somebody's answer 403. */
export function guardFetch(): void {
  const open = globalThis.fetch;
  globalThis.fetch = async (...args: Parameters<typeof fetch>) => {
    const response = await open(...args);
    if (response.headers.get("x-rbsm-egress") === "denied") throw new NetworkDenied(await response.text());
    return response;
  };
}
