import { paths } from "../../contract/paths.ts";
import { readDocs } from "../docs/docs.ts";

/** https://llmstxt.org: what this site is and where its texts are, for programs that read. */
export function llmsText(origin: string): string {
  const docs = readDocs().map(
    ({ slug, title, description }) => `- [${title}](${origin}${paths.doc(slug)}): ${description}`,
  );
  return `# Rising BSM Marketplace

> Plugins for Rising BSM, the business management of small service companies: found, licensed, verified, installed and run.
> Every release is signed by its publisher and, after review, by the marketplace; a plugin does only what an admin granted.

Pages are HTML without scripts, in English and German (\`?lang=de\`). The same data is JSON below /v1.

## Plugins

- [All plugins](${origin}${paths.plugins()}): search with \`?query=\`, \`type\`, \`category\`, \`price\`, \`permission\`, \`page\`
- [Collections](${origin}${paths.collections()}): plugins chosen by the operator
- [Feed](${origin}${paths.feed("json")}): the newest releases as JSON Feed, also as [Atom](${origin}${paths.feed("atom")})
- [Site map](${origin}${paths.siteMap()}): every plugin with the time of its last change

## API

- [OpenAPI description](${origin}${paths.openapi()}): every call with its schemas
- [Receipt keys](${origin}${paths.trust()}): what verifies the marketplace's signatures
- [Manifest schema](${origin}${paths.manifestSchema()}): JSON Schema of a plugin's manifest

## Documentation

${docs.join("\n")}
`;
}
