import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { formatBytes, formatDate, isoDay } from "../format.ts";
import type { IconName } from "../icons.ts";
import { Icon } from "../parts/icon.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Section } from "./section.tsx";
import { PLUGIN } from "./words.ts";

interface TrustProps {
  readonly plugin: PluginDetail;
  readonly marketplace: string;
  /** Names of plugins whose newest release needs this one. */
  readonly dependents: readonly string[];
}

/** Versions, dependencies both ways, digests and the chain of signatures, and how anybody checks them. */
export function Trust({ plugin, marketplace, dependents }: TrustProps) {
  const words = wordsOf(PLUGIN);
  const { trust } = plugin;
  return (
    <Section id="trust" title={words.tabs.trust}>
      <dl class="card divide-y divide-border">
        <Fact label={words.plugin}>
          <Code>{plugin.name}</Code> {plugin.version}
        </Fact>
        <Fact label={words.worksWith}>
          {plugin.maxAppVersion === null
            ? words.orNewer(plugin.minAppVersion)
            : words.upTo(plugin.minAppVersion, plugin.maxAppVersion)}
        </Fact>
        <Fact label={words.needs}>
          {plugin.dependencies.length === 0 ? words.noDependencies : null}
          <Names entries={plugin.dependencies} />
        </Fact>
        <Fact label={words.neededBy}>
          {dependents.length === 0 ? words.noDependents : null}
          <Names entries={dependents.map((name) => ({ name, range: "" }))} />
        </Fact>
        <Fact label={words.bundleSize}>{formatBytes(plugin.size)}</Fact>
        {trust === null ? (
          <Fact label={words.digest}>
            <Code>{plugin.sha256}</Code>
          </Fact>
        ) : (
          <>
            <Fact label={words.reproducible}>{words.reproducibleAnswers[trust.reproducible]}</Fact>
            <Fact label={words.capabilities}>
              <Code>{trust.closureDigest}</Code>
            </Fact>
          </>
        )}
      </dl>
      {trust === null ? null : <Chain plugin={plugin} trust={trust} />}
      {trust === null ? null : <HowToVerify plugin={plugin} marketplace={marketplace} />}
    </Section>
  );
}

function Names({ entries }: { entries: readonly { readonly name: string; readonly range: string }[] }) {
  return (
    <>
      {entries.map(({ name, range }, index) => (
        <>
          {index > 0 ? ", " : ""}
          <a class="link" href={paths.plugin(name)}>
            {name}
          </a>
          {range === "" ? "" : ` ${range}`}
        </>
      ))}
    </>
  );
}

/** Bundle, statement, receipt: what holds what. */
function Chain({ plugin, trust }: { plugin: PluginDetail; trust: NonNullable<PluginDetail["trust"]> }) {
  const words = wordsOf(PLUGIN);
  return (
    <div class="mt-8">
      <h3 class="text-lg font-semibold">{words.chain}</h3>
      <p class="mt-2 max-w-[70ch] text-muted-foreground">{words.chainLead}</p>
      <ol class="mt-4 grid gap-3">
        <ChainLink icon="package" title={words.bundle} text={words.bundleText} digest={plugin.sha256} />
        <ChainLink
          icon="key-round"
          title={words.statement}
          text={words.statementText}
          digest={trust.statementSha256}
          keyId={trust.publisherKeyId}
        />
        <ChainLink
          icon="shield-check"
          title={words.receipt}
          text={words.receiptText}
          digest={trust.receiptSha256}
          keyId={trust.receiptKeyId}
        >
          {words.publication(trust.publication)}{" "}
          <time datetime={isoDay(trust.publishedAt)}>{formatDate(trust.publishedAt)}</time>
        </ChainLink>
      </ol>
    </div>
  );
}

interface ChainLinkProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly digest: string;
  readonly keyId?: string;
  readonly children?: Child;
}

function ChainLink({ icon, title, text, digest, keyId, children }: ChainLinkProps) {
  return (
    <li class="card flex gap-4 p-4">
      <span class="flex size-10 shrink-0 items-center justify-center rounded-lg bg-good-soft text-good-on-soft">
        <Icon name={icon} class="size-5" />
      </span>
      <div class="min-w-0">
        <h4 class="font-semibold">{title}</h4>
        <p class="text-sm text-muted-foreground">{text}</p>
        <p class="mt-1.5">
          <Code>{digest}</Code>
        </p>
        {keyId === undefined ? null : (
          <p class="mt-1 text-sm text-muted-foreground">
            {wordsOf(PLUGIN).signedWith} <Code>{keyId}</Code>
          </p>
        )}
        {children === undefined ? null : <p class="mt-1 text-sm text-muted-foreground">{children}</p>}
      </div>
    </li>
  );
}

function HowToVerify({ plugin, marketplace }: { plugin: PluginDetail; marketplace: string }) {
  const words = wordsOf(PLUGIN);
  return (
    <div class="mt-8">
      <h3 class="text-lg font-semibold">{words.verify}</h3>
      <p class="mt-2 max-w-[70ch] leading-relaxed text-muted-foreground">
        {words.verifyText[0]}
        <Code>{marketplace}</Code>
        {words.verifyText[1]}
      </p>
      <ul class="mt-4 space-y-2">
        <li>
          <a class="link" href={paths.signatures(plugin.id, plugin.version)}>
            {words.documents(plugin.version)}
          </a>
        </li>
        <li>
          <a class="link" href={paths.trust()}>
            {words.receiptKeys}
          </a>
        </li>
        {plugin.delivery === "public" ? (
          <li>
            <a class="link" href={paths.bundle(plugin.sha256)}>
              {words.theBundle(formatBytes(plugin.size))}
            </a>
          </li>
        ) : (
          <li class="text-muted-foreground">{words.gated}</li>
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
