import { paths } from "../../contract/paths.ts";
import type { Decisions } from "../../domain/update/decide.ts";
import { formatDate, isoDay } from "../format.ts";
import { dictionary, wordsOf } from "../words/dictionary.ts";

/** What the one update check says of this plugin. */
export type PluginDecisions = Pick<Decisions, "updates" | "held" | "actions" | "notices">;

const UPDATE_CHECK = dictionary({
  en: {
    title: "What the marketplace advises",
    security: (to: string) => `${to} mends a known flaw.`,
    ready: (to: string) => `${to} is ready to be installed.`,
    grows: "It asks for more than before, so somebody has to agree.",
    automatic: "It may be installed without asking anybody.",
    held: (version: string) => `${version} waits.`,
    until: "At the earliest on",
    why: {
      cooldown: "It was published recently; problems that others meet show in these days.",
      rollout: "It is handed out step by step, and this server's turn comes later.",
      paused: "Its publisher paused it.",
      halted: "It was halted because servers that installed it reported failures.",
      needed_by: "Other installed plugins need an older version.",
    },
    action: {
      disable: "This version was taken back: switch it off. Its data stays.",
      remove: "This plugin was taken away: remove it.",
      warn: "There is a warning about this version.",
    },
    instead: "Use this plugin instead:",
    advisory: "Read the advisory",
  },
  de: {
    title: "Was der Marktplatz rät",
    security: (to) => `${to} behebt eine bekannte Schwachstelle.`,
    ready: (to) => `${to} kann installiert werden.`,
    grows: "Diese Version verlangt mehr als bisher, deshalb muss jemand zustimmen.",
    automatic: "Sie darf ohne Rückfrage installiert werden.",
    held: (version) => `${version} wartet noch.`,
    until: "Frühestens am",
    why: {
      cooldown: "Die Version ist neu; Probleme, auf die andere stoßen, zeigen sich in diesen Tagen.",
      rollout: "Sie wird schrittweise verteilt, und dieser Server ist später an der Reihe.",
      paused: "Der Anbieter hat die Verteilung angehalten.",
      halted: "Die Verteilung wurde gestoppt, weil Server nach der Installation Fehler gemeldet haben.",
      needed_by: "Andere installierte Plugins brauchen eine ältere Version.",
    },
    action: {
      disable: "Diese Version wurde zurückgezogen: Schalten Sie sie ab. Die Daten bleiben erhalten.",
      remove: "Dieses Plugin wurde entfernt: Deinstallieren Sie es.",
      warn: "Zu dieser Version gibt es eine Warnung.",
    },
    instead: "Verwenden Sie stattdessen dieses Plugin:",
    advisory: "Sicherheitshinweis lesen",
  },
});

/** Stops, updates, holds and notices of one installed plugin; nothing where nothing is to be said. */
export function UpdateCheck({ decided: { updates, held, actions, notices } }: { decided: PluginDecisions }) {
  const words = wordsOf(UPDATE_CHECK);
  if (updates.length + held.length + actions.length + notices.length === 0) return null;
  return (
    <section class="card mt-6 p-6" aria-labelledby="advice">
      <h2 id="advice" class="text-lg font-semibold">
        {words.title}
      </h2>
      <ul class="mt-2 grid gap-3 text-sm">
        {actions.map(({ action, replacement }) => (
          <li role="note" class="font-medium text-warn-on-soft">
            {words.action[action]} <Instead name={replacement} />
          </li>
        ))}
        {updates.map(({ to, reason, auto, consent, advisory }) => (
          <li>
            <span class="font-medium">{reason === "security" ? words.security(to) : words.ready(to)}</span>{" "}
            {consent.needed ? words.grows : auto ? words.automatic : null}{" "}
            {advisory === null ? null : (
              <a class="link" href={paths.advisory(advisory)}>
                {words.advisory}
              </a>
            )}
          </li>
        ))}
        {held.map(({ version, why, until, by }) => (
          <li>
            <span class="font-medium">{words.held(version)}</span> {words.why[why]}{" "}
            {by.length === 0 ? null : <code class="font-mono">{by.join(", ")}</code>}
            {until === null ? null : (
              <>
                {words.until} <time datetime={isoDay(until)}>{formatDate(until)}</time>.
              </>
            )}
          </li>
        ))}
        {notices.map(({ message, replacement }) => (
          <li>
            <span dir="auto">{message}</span> <Instead name={replacement} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Instead({ name }: { name: string | null }) {
  if (name === null) return null;
  return (
    <>
      {wordsOf(UPDATE_CHECK).instead}{" "}
      <a class="link" href={paths.plugin(name)}>
        {name}
      </a>
    </>
  );
}
