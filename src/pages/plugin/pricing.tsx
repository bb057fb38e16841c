import type { PluginDetail, PricingView } from "../../market/catalogue/views.ts";
import { formatPrice } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Section } from "./section.tsx";
import { PLUGIN } from "./words.ts";

type PricingTier = PricingView["tiers"][number];

/** The tiers side by side, the trial as a banner. */
export function Pricing({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  const tiers = plugin.pricing.tiers.filter((tier) => tier.id !== "trial");
  return (
    <Section id="pricing" title={words.tabs.pricing}>
      {plugin.trialDays > 0 ? (
        <p class="mb-5 flex items-center gap-3 rounded-lg bg-good-soft px-4 py-3 font-medium text-good-on-soft">
          <Icon name="check" class="size-5" />
          {words.tryIt(plugin.trialDays)}
        </p>
      ) : null}
      {tiers.length === 0 ? (
        <p class="text-muted-foreground">{words.isFree}</p>
      ) : (
        <ul class="grid grid-cols-1 gap-4 sm:grid-cols-[repeat(auto-fit,minmax(11rem,1fr))]">
          {tiers.map((tier) => (
            <TierCard tier={tier} />
          ))}
        </ul>
      )}
      <p class="mt-4 text-sm text-muted-foreground">{words.pricesNote}</p>
    </Section>
  );
}

function TierCard({ tier }: { tier: PricingTier }) {
  return (
    <li class={`card relative flex flex-col p-5 ${tier.popular ? "border-2 border-plugin-edge" : ""}`}>
      <h3 class="flex items-center justify-between gap-2 font-semibold">
        {tierWords(tier.id)}
        {tier.popular ? <span class="badge bg-plugin-soft text-plugin-on-soft">{wordsOf(PLUGIN).popular}</span> : null}
      </h3>
      <Price tier={tier} />
      <ul class="mt-4 space-y-2 text-sm">
        {[...limitLines(tier), ...tier.features].map((line) => (
          <li class="flex gap-2">
            <Icon name="check" class="mt-0.5 size-4 text-primary" />
            <span class="min-w-0" dir="auto">
              {line}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

function Price({ tier }: { tier: PricingTier }) {
  const [amount, interval] = formatPrice(tier).split(" / ");
  return (
    <p class="mt-2">
      <span class="text-2xl font-bold tracking-tight">{amount}</span>
      {interval === undefined ? null : <span class="text-sm text-muted-foreground"> / {interval}</span>}
    </p>
  );
}

function limitLines({ limits }: PricingTier): string[] {
  const words = wordsOf(PLUGIN);
  return [
    limits.installs === null ? words.unlimitedInstalls : words.installations(limits.installs),
    limits.users === null ? null : words.users(limits.users),
    limits.apiCalls === null ? words.unlimitedCalls : words.calls(limits.apiCalls),
    limits.storageMiB === null ? words.unlimitedStorage : words.storage(limits.storageMiB),
  ].filter((line) => line !== null);
}
