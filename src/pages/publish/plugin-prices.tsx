import type { PricingTier } from "../../domain/release/pricing.ts";
import { Input } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PLUGIN_WORDS } from "./plugin-words.ts";
import { type PluginFormProps, TabForm } from "./tab-form.tsx";

/** What each tier costs; what it holds is the release's to say. */
export function PricesTab(props: PluginFormProps) {
  const words = wordsOf(PLUGIN_WORDS);
  const { listing, typed, problem } = props;
  return (
    <TabForm props={props}>
      <p class="text-muted-foreground">{words.pricesText}</p>
      {listing.pricing.tiers.map((tier) => (
        <section class="border-t border-border pt-5" aria-labelledby={`tier-${tier.id}`}>
          <h2 id={`tier-${tier.id}`} class="font-semibold">
            {tierWords(tier.id)} {words.intervals[tier.interval]}
          </h2>
          <div class="mt-3 grid gap-4 sm:grid-cols-2">
            {tier.id === "free" || tier.id === "trial" ? (
              <p class="text-muted-foreground">{words.free}</p>
            ) : (
              <Input
                id={`price-${tier.id}`}
                label={words.price(tierWords(tier.id))}
                hint={tier.id === "enterprise" ? words.onRequestHint : words.priceHint}
                max={12}
                isRequired={tier.id !== "enterprise"}
                value={typed?.get(`price-${tier.id}`) ?? (tier.price === null ? "" : (tier.price / 100).toFixed(2))}
                problem={problem}
              />
            )}
            <dl class="text-sm">
              <dt class="text-muted-foreground">{words.limits}</dt>
              <dd>
                <Limits limits={tier.limits} />
              </dd>
              <dt class="mt-2 text-muted-foreground">{words.features}</dt>
              <dd>{tier.features.join(", ")}</dd>
            </dl>
          </div>
        </section>
      ))}
    </TabForm>
  );
}

function Limits({ limits }: { limits: PricingTier["limits"] }) {
  const words = wordsOf(PLUGIN_WORDS);
  const names = ["installs", "apiCalls", "storageMiB", "users"] as const;
  return (
    <>
      {names
        .map(
          (name) => `${words.limitNames[name]}: ${limits[name] === null ? words.unlimited : formatCount(limits[name])}`,
        )
        .join(", ")}
    </>
  );
}

/** `12`, `12.9`, `12,90` → euros as the listing takes them; "" = on request; null: it is no price. */
export function readEuros(text: string): number | "custom" | null {
  const typed = text.trim().replace(/\s*€$/, "");
  if (typed === "") return "custom";
  return /^\d{1,7}(?:[.,]\d{1,2})?$/.test(typed) ? Number(typed.replace(",", ".")) : null;
}
