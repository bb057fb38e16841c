import { formatCount, plural } from "../format.ts";
import { dictionary } from "../words/dictionary.ts";

export const PUBLISHER = dictionary({
  en: {
    kind: "Publisher",
    description: (name: string, plugins: number) =>
      `${name} on the Rising BSM Marketplace: ${plural(plugins, "plugin")}.`,
    since: "Here since",
    plugins: (count: number) => plural(count, "plugin"),
    downloads: (count: number) => `${formatCount(count)} downloads`,
    domain: (domain: string) => `Proved to own ${domain}`,
    noDomain: "Has not proved a domain",
    feed: "Feed of its releases",
    security: "Every release of this publisher is signed with its own key; the marketplace signs again after review.",
  },
  de: {
    kind: "Anbieter",
    description: (name, plugins) => `${name} im Rising BSM Marketplace: ${plural(plugins, "Plugin", "Plugins")}.`,
    since: "Dabei seit",
    plugins: (count) => plural(count, "Plugin", "Plugins"),
    downloads: (count) => `${formatCount(count)} Downloads`,
    domain: (domain) => `Hat nachgewiesen, dass ${domain} ihm gehört`,
    noDomain: "Hat keine Domain nachgewiesen",
    feed: "Feed der Versionen",
    security:
      "Jede Version dieses Anbieters ist mit seinem eigenen Schlüssel signiert; der Marktplatz signiert nach der Prüfung noch einmal.",
  },
});
