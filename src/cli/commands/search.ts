import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const searchCommand = command({
  summary: "find plugins",
  positionals: [
    { name: "TEXT", summary: "words of name, title or description; everything if left out", optional: true },
  ],
  flags: {
    type: { value: "TYPE", summary: "ui, api, automation or mixed" },
    category: { value: "NAME", summary: "only this category" },
    tag: { value: "TAG", summary: "only with this tag" },
    page: { value: "N", summary: "which page; 1 if left out" },
    limit: { value: "N", summary: "how many on a page, at most 100; 20 if left out" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm search reminder", "rbsm search --category customers --json"],
  async run({ flags, args: [text] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const { type, category, tag, page, limit } = flags;
    const filters = { query: text, type, category, tag, page, limit };
    const query = Object.fromEntries(
      Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const reply = await ask(marketplace.value, CATALOGUE_OPERATIONS.listPlugins, { query });
    if (!reply.ok) return reply;
    const { data, total } = reply.value.body;
    const plugins = data.map(({ id, name, displayName, version, description, author, downloads, rating }) => ({
      id,
      name,
      displayName,
      version,
      description,
      author,
      downloads,
      rating,
    }));
    return ok({
      data: { total, plugins },
      lines: plugins.map(({ name, version, description }) => `${name} ${version}  ${oneLine(description, 100)}`),
    });
  },
});
