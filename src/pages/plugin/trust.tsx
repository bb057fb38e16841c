import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { formatBytes, formatDate, isoDay } from "../format.ts";
import { Section } from "./section.tsx";

const REPRODUCIBLE_WORDS = {
  yes: "Yes: packing its files again gives the same bytes",
  no: "No: packing its files again gives other bytes",
  unknown: "Unknown: it was packed with another tool",
} as const;

/** Versions, dependencies, digests and the two signatures, and how anybody checks them. */
export function Trust({ plugin, marketplace }: { plugin: PluginDetail; marketplace: string }) {
  const { trust } = plugin;
  return (
    <Section id="trust" title="Technical & trust">
      <dl class="card divide-y divide-border">
        <Fact label="Plugin">
          <Code>{plugin.name}</Code> {plugin.version}
        </Fact>
        <Fact label="Works with">
          Rising BSM {plugin.minAppVersion}
          {plugin.maxAppVersion === null ? " or newer" : ` to ${plugin.maxAppVersion}`}
        </Fact>
        <Fact label="Needs">
          {plugin.dependencies.length === 0
            ? "No other plugins"
            : plugin.dependencies.map(({ name, range }, index) => (
                <>
                  {index > 0 ? ", " : ""}
                  <a class="link" href={paths.plugin(name)}>
                    {name}
                  </a>{" "}
                  {range}
                </>
              ))}
        </Fact>
        <Fact label="Bundle size">{formatBytes(plugin.size)}</Fact>
        <Fact label="SHA-256 of the bundle">
          <Code>{plugin.sha256}</Code>
        </Fact>
        {trust === null ? null : (
          <>
            <Fact label="Packed reproducibly">{REPRODUCIBLE_WORDS[trust.reproducible]}</Fact>
            <Fact label="Capabilities digest">
              <Code>{trust.closureDigest}</Code>
            </Fact>
            <Fact label="Publisher's statement">
              <Code>{trust.statementSha256}</Code>
              <KeyLine words="signed with key" id={trust.publisherKeyId} />
            </Fact>
            <Fact label="Marketplace's receipt">
              <Code>{trust.receiptSha256}</Code>
              <KeyLine words="signed with key" id={trust.receiptKeyId} />
              <span class="mt-1 block text-sm text-muted-foreground">
                publication {trust.publication} on{" "}
                <time datetime={isoDay(trust.publishedAt)}>{formatDate(trust.publishedAt)}</time>
              </span>
            </Fact>
          </>
        )}
      </dl>
      {trust === null ? null : <HowToVerify plugin={plugin} marketplace={marketplace} />}
    </Section>
  );
}

function HowToVerify({ plugin, marketplace }: { plugin: PluginDetail; marketplace: string }) {
  return (
    <div class="mt-6">
      <h3 class="text-lg font-semibold">Check it yourself</h3>
      <p class="mt-2 max-w-[70ch] leading-relaxed text-muted-foreground">
        Your instance does this before every installation. By hand: the publisher's statement names the plugin, the
        version and the digest for <Code>{marketplace}</Code>; the receipt confirms that very statement after review.
        Both are Ed25519 signatures, so you need no trust in the way the file travelled.
      </p>
      <ul class="mt-4 space-y-2">
        <li>
          <a class="link" href={paths.signatures(plugin.id, plugin.version)}>
            Statement and receipt of {plugin.version} (JSON)
          </a>
        </li>
        <li>
          <a class="link" href={paths.trust()}>
            The marketplace's receipt keys (JSON)
          </a>
        </li>
        {plugin.delivery === "public" ? (
          <li>
            <a class="link" href={paths.bundle(plugin.sha256)}>
              The bundle ({formatBytes(plugin.size)})
            </a>
          </li>
        ) : (
          <li class="text-muted-foreground">The bundle is delivered to holders of a license.</li>
        )}
      </ul>
    </div>
  );
}

function Fact({ label, children }: { label: string; children?: Child }) {
  return (
    <div class="grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[12rem_minmax(0,1fr)]">
      <dt class="text-sm text-muted-foreground sm:pt-0.5">{label}</dt>
      <dd class="min-w-0">{children}</dd>
    </div>
  );
}

function Code({ children }: { children?: Child }) {
  return <code class="font-mono text-sm break-all">{children}</code>;
}

function KeyLine({ words, id }: { words: string; id: string }) {
  return (
    <span class="mt-1 block text-sm text-muted-foreground">
      {words} <Code>{id}</Code>
    </span>
  );
}
