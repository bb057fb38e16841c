import { CATEGORIES } from "../../domain/manifest/permissions.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { convertContainer } from "../work/convert-legacy.ts";
import { showBundle, showCapabilities, showFiles } from "./show-bundle.ts";

export const convertCommand = command({
  summary: "make a bundle of a container that an older host packed",
  details: [
    "Every file is held to its digest, the manifest is translated, what is missing is supplied by the options below. The result is a draft: look at it with rbsm inspect, then sign it. Containers that are encrypted for one license cannot be converted.",
  ],
  positionals: [{ name: "FILE", summary: "the container of the older host" }],
  flags: {
    publisher: { value: "HANDLE", summary: "whose plugin it becomes; my-publisher if left out" },
    license: { value: "SPDX", summary: "its license; LicenseRef-Proprietary if left out" },
    description: { value: "TEXT", summary: "what it does, 20 to 300 characters" },
    category: { value: "CATEGORY", summary: CATEGORIES.join(", ") },
    "support-email": { value: "EMAIL", summary: "where its users get help" },
    "support-url": { value: "URL", summary: "the same on the web" },
    out: { value: "FILE", summary: "where to write; NAME-VERSION.rbsm in the current folder if left out" },
  },
  examples: ["rbsm convert old-plugin.rbsm --publisher acme --license MIT --support-email help@acme.at"],
  async run({ flags, args: [source = ""] }) {
    const listing = {
      publisher: flags.publisher ?? "my-publisher",
      license: flags.license,
      description: flags.description,
      category: flags.category,
      ...(flags["support-email"] === undefined && flags["support-url"] === undefined
        ? {}
        : { support: { email: flags["support-email"], url: flags["support-url"] } }),
    };
    const converted = await convertContainer(source, listing, flags.out);
    if (!converted.ok) return converted;
    const { bundle, left, file } = converted.value;
    return ok({
      data: { ...showBundle(bundle), file, left },
      lines: [
        ...showFiles(bundle),
        "It asks for",
        ...showCapabilities(bundle),
        ...left.map((name) => `left out: ${name}`),
        `Converted to ${file}, unsigned`,
      ],
    });
  },
});
