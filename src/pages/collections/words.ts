import { plural } from "../format.ts";
import { dictionary } from "../words/dictionary.ts";

export const COLLECTIONS = dictionary({
  en: {
    title: "Collections",
    lead: "Plugins that go well together, chosen by the people who run this marketplace.",
    plugins: (count: number) => plural(count, "plugin"),
    empty: "There is no collection yet.",
    browse: "Browse all plugins",
    one: "Collection",
  },
  de: {
    title: "Sammlungen",
    lead: "Plugins, die gut zusammenpassen, ausgewählt von den Menschen, die diesen Marktplatz betreiben.",
    plugins: (count) => plural(count, "Plugin", "Plugins"),
    empty: "Es gibt noch keine Sammlung.",
    browse: "Alle Plugins ansehen",
    one: "Sammlung",
  },
});
