// A page of a host; rendered once, on the server, with nothing loaded yet.
import assert from "node:assert/strict";
import { createPluginClient, MarketplaceError } from "@rising-bsm/plugin-sdk/client";
import { PluginMarketplaceProvider, type UsePlugins, usePlugins } from "@rising-bsm/plugin-sdk/react";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

function Names(): string {
  const { plugins, isLoading, error }: UsePlugins = usePlugins({ sortBy: "name" });
  if (error instanceof MarketplaceError) return error.code;
  return isLoading ? "loading" : plugins.map((plugin) => plugin.displayName).join();
}
const client = createPluginClient({ marketplace: "https://market.invalid" });
const html = renderToString(createElement(PluginMarketplaceProvider, { client }, createElement(Names)));
assert.equal(html, "loading");
console.log("the page renders");
