import { dictionary } from "../words/dictionary.ts";

/** What surrounds every page of the console. */
export const CONSOLE = dictionary({
  en: {
    nav: "Console",
    account: "Your account",
    places: {
      instances: "Instances",
      plugins: "Plugins",
      licenses: "Licenses",
      orders: "Orders",
      activity: "Activity",
    },
  },
  de: {
    nav: "Konsole",
    account: "Ihr Konto",
    places: {
      instances: "Instanzen",
      plugins: "Plugins",
      licenses: "Lizenzen",
      orders: "Bestellungen",
      activity: "Verlauf",
    },
  },
});
