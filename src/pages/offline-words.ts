import { dictionary } from "./words/dictionary.ts";

export const OFFLINE = dictionary({
  en: {
    title: "Offline file",
    heading: "A license for a device without a network",
    lead: [
      "Bring the request file of the device (",
      ") and a handoff code. The owner of the license makes the code; it lasts fifteen minutes and answers one file. You get the license file to carry back. A release file (",
      ") frees the seat instead.",
    ] as readonly [string, string, string],
    code: "Handoff code",
    file: "File of the device",
    text: "or its text, as a QR code reads it",
    send: "Get the answer",
    free: "The seat is free",
    wasFree: "The seat was free already",
    freeHint: "The file of that device no longer counts.",
  },
  de: {
    title: "Offline-Datei",
    heading: "Eine Lizenz für ein Gerät ohne Netzwerk",
    lead: [
      "Bringen Sie die Anfragedatei des Geräts (",
      ") und einen Übergabecode mit. Den Code erzeugt der Inhaber der Lizenz; er gilt fünfzehn Minuten und für eine Datei. Sie bekommen die Lizenzdatei, die Sie zum Gerät zurücktragen. Eine Freigabedatei (",
      ") gibt stattdessen den Platz frei.",
    ],
    code: "Übergabecode",
    file: "Datei des Geräts",
    text: "oder ihr Text, wie ihn ein QR-Code liest",
    send: "Antwort holen",
    free: "Der Platz ist frei",
    wasFree: "Der Platz war schon frei",
    freeHint: "Die Datei dieses Geräts zählt nicht mehr.",
  },
});
