import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { logout } from "../work/session.ts";

export const logoutCommand = command({
  summary: "forget the token of a marketplace",
  details: ["The pinned signing keys stay. The token itself stays valid until it is revoked at the marketplace."],
  positionals: [],
  flags: {
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
    all: { summary: "forget every token" },
  },
  examples: ["rbsm logout"],
  async run({ flags }) {
    const left = await logout(process.env, flags.marketplace, flags.all === true);
    if (!left.ok) return left;
    return ok({
      data: { loggedOut: left.value },
      lines:
        left.value.length > 0 ? left.value.map((origin) => `Logged out of ${origin}`) : ["You were not logged in."],
    });
  },
});
