import { dictionary } from "../words/dictionary.ts";

export const NOTICE_WORDS = dictionary({
  en: {
    title: "Notifications",
    lead: "What needs you now. Everything here goes away by itself once it is done.",
    none: "Nothing needs you",
    noneText: "Licenses, updates, instances and orders are as they should be.",
    offer: (plugin: string) => `A license of ${plugin} is offered to you.`,
    ends: (plugin: string, instance: string) => `The license of ${plugin} on ${instance} ends soon.`,
    ended: (plugin: string, instance: string) => `The license of ${plugin} on ${instance} has ended.`,
    update: (plugin: string, version: string, instance: string) =>
      `${plugin} ${version} can be installed on ${instance}.`,
    stopped: (plugin: string, instance: string) => `${plugin} on ${instance} was stopped.`,
    lapsed: (plugin: string, instance: string) =>
      `The seat of ${plugin} on ${instance} has lapsed: its server did not renew it.`,
    failing: (plugin: string, instance: string, failed: string, runs: string) =>
      `${plugin} on ${instance} failed in ${failed} of ${runs} runs of the last 24 hours.`,
    paused: (instance: string) => `Notices to ${instance} are paused: its server did not take them.`,
    noKey: (instance: string) => `${instance} has given no API key: plugins cannot read its data.`,
    suspended: (instance: string) => `${instance} is suspended by the marketplace.`,
    pay: (plugin: string, amount: string) => `An order of ${plugin} over ${amount} waits for payment.`,
    look: "Look at it",
    until: "until",
  },
  de: {
    title: "Mitteilungen",
    lead: "Was Sie jetzt brauchen. Alles hier verschwindet von selbst, sobald es erledigt ist.",
    none: "Nichts braucht Sie",
    noneText: "Lizenzen, Updates, Instanzen und Bestellungen sind, wie sie sein sollen.",
    offer: (plugin: string) => `Ihnen wird eine Lizenz von ${plugin} angeboten.`,
    ends: (plugin: string, instance: string) => `Die Lizenz von ${plugin} auf ${instance} endet bald.`,
    ended: (plugin: string, instance: string) => `Die Lizenz von ${plugin} auf ${instance} ist abgelaufen.`,
    update: (plugin: string, version: string, instance: string) =>
      `${plugin} ${version} kann auf ${instance} installiert werden.`,
    stopped: (plugin: string, instance: string) => `${plugin} auf ${instance} wurde angehalten.`,
    lapsed: (plugin: string, instance: string) =>
      `Der Platz von ${plugin} auf ${instance} ist verfallen: Sein Server hat ihn nicht erneuert.`,
    failing: (plugin: string, instance: string, failed: string, runs: string) =>
      `${plugin} auf ${instance} scheiterte in ${failed} von ${runs} Läufen der letzten 24 Stunden.`,
    paused: (instance: string) => `Nachrichten an ${instance} sind angehalten: Sein Server hat sie nicht angenommen.`,
    noKey: (instance: string) =>
      `${instance} hat keinen API-Schlüssel gegeben: Plugins können seine Daten nicht lesen.`,
    suspended: (instance: string) => `${instance} ist vom Marktplatz ausgesetzt.`,
    pay: (plugin: string, amount: string) => `Eine Bestellung von ${plugin} über ${amount} wartet auf Zahlung.`,
    look: "Ansehen",
    until: "bis",
  },
});

/** How an installation comes about, as its last page tells it. */
export const PROGRESS_WORDS = dictionary({
  en: {
    title: "How far it is",
    steps: {
      seat: "The license gave a seat",
      consent: "Your consent is kept",
      settings: "Its settings are complete",
      ready: "The plugin is ready to run",
      ran: "It ran for the first time",
    },
    states: { done: "Done", waiting: "Waiting", failed: "Failed" },
    settingsText: "It needs a few settings before it can do its work.",
    ranText: "It runs when something happens that it hears of.",
  },
  de: {
    title: "Wie weit es ist",
    steps: {
      seat: "Die Lizenz hat einen Platz gegeben",
      consent: "Ihre Zustimmung ist festgehalten",
      settings: "Seine Einstellungen sind vollständig",
      ready: "Das Plugin ist bereit",
      ran: "Es lief zum ersten Mal",
    },
    states: { done: "Fertig", waiting: "Wartet", failed: "Gescheitert" },
    settingsText: "Es braucht ein paar Einstellungen, bevor es arbeiten kann.",
    ranText: "Es läuft, sobald etwas geschieht, von dem es erfährt.",
  },
});
