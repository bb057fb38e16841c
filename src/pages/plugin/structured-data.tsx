import { raw } from "hono/html";
import { useContext } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { isoDay } from "../format.ts";
import { ownPicture } from "../picture.ts";
import { Spoken } from "../words/language.ts";

/** JSON-LD of schema.org's SoftwareApplication. A block of data: no browser runs it, so the policy need not allow scripts. */
export function StructuredData({ plugin }: { plugin: PluginDetail }) {
  const { origin } = useContext(Spoken);
  const icon = ownPicture(plugin.icon);
  const offers = plugin.pricing.tiers.flatMap(({ id, price }) =>
    price === null
      ? []
      : [{ "@type": "Offer", name: id, price: (price / 100).toFixed(2), priceCurrency: plugin.pricing.currency }],
  );
  const data = {
    "@context": "https://schema.org",
    "@type": "SoftwareApplication",
    name: plugin.displayName,
    description: plugin.description,
    url: origin + paths.plugin(plugin.name),
    applicationCategory: "BusinessApplication",
    operatingSystem: `Rising BSM ${plugin.minAppVersion}${plugin.maxAppVersion === null ? "+" : `–${plugin.maxAppVersion}`}`,
    softwareVersion: plugin.version,
    datePublished: isoDay(plugin.createdAt),
    dateModified: isoDay(plugin.updatedAt),
    license: plugin.license,
    author: {
      "@type": "Organization",
      name: plugin.publisher.displayName,
      url: origin + paths.publisher(plugin.publisher.handle),
    },
    ...(icon === null ? {} : { image: origin + icon }),
    ...(offers.length === 0 ? {} : { offers }),
    ...(plugin.rating.count === 0
      ? {}
      : {
          aggregateRating: {
            "@type": "AggregateRating",
            ratingValue: plugin.rating.average.toFixed(1),
            ratingCount: plugin.rating.count,
          },
        }),
  };
  return <script type="application/ld+json">{raw(inScript(data))}</script>;
}

/** JSON that cannot end its element, whatever a publisher wrote. */
function inScript(data: object): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
