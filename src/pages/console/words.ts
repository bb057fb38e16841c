import { dictionary } from "../words/dictionary.ts";

/** What surrounds every page of the console. */
export const CONSOLE = dictionary({
  en: {
    nav: "Console",
    account: "Your account",
    publish: "Publish plugins",
    back: "No, go back",
    places: {
      instances: "Instances",
      plugins: "Plugins",
      licenses: "Licenses",
      orders: "Orders",
      activity: "Activity",
      notifications: "Notifications",
    },
  },
  de: {
    nav: "Konsole",
    account: "Ihr Konto",
    publish: "Plugins veröffentlichen",
    back: "Nein, zurück",
    places: {
      instances: "Instanzen",
      plugins: "Plugins",
      licenses: "Lizenzen",
      orders: "Bestellungen",
      activity: "Verlauf",
      notifications: "Benachrichtigungen",
    },
  },
});
