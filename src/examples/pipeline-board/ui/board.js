import { connect } from "@rising-bsm/plugin-sdk/ui";

/**
 * The board asks the page around it to call the plugin's route `GET /board`. Opened by itself, for instance to have a
 * look before installing, it shows sample data and says so.
 */
const HOUR_MS = 3600000;

async function main() {
  const host = connect({ answerWithinMs: 10000 });
  const board = await host.call("GET /board").catch(() => null);
  document.querySelector("#sample").hidden = board !== null;
  show(board ?? sampleBoard(Date.now()));
}

function show(board) {
  const count = board.columns.filter(isOpen).reduce((sum, column) => sum + column.count, 0);
  document.querySelector("#summary").textContent = count === 1 ? "1 open request" : `${count} open requests`;
  document.querySelector("#board").replaceChildren(...board.columns.map(columnOf));
}

function isOpen(column) {
  return column.status === "NEW" || column.status === "IN_PROGRESS";
}

function columnOf(column) {
  const section = element("section");
  section.dataset.status = column.status;
  const heading = element("h2", column.title);
  heading.append(element("span", String(column.count)));
  section.append(heading);
  if (column.cards.length === 0) section.append(withClass(element("p", "Nothing here"), "empty"));
  else {
    const list = element("ul");
    list.append(...column.cards.map((card) => cardOf(card, isOpen(column))));
    section.append(list);
  }
  return section;
}

function cardOf(card, isWaiting) {
  const item = element("li");
  const foot = element("small", waiting(card.since));
  if (isWaiting && !card.assigned) foot.append(element("b", "Unassigned"));
  item.append(element("strong", card.name), element("span", card.service), foot);
  return item;
}

function waiting(since) {
  const hours = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / HOUR_MS));
  if (hours < 1) return "just now";
  if (hours < 24) return hours === 1 ? "1 hour" : `${hours} hours`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "1 day" : `${days} days`;
}

/** Text goes in as text, never as markup. */
function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function withClass(made, name) {
  made.className = name;
  return made;
}

function sampleBoard(now) {
  const card = (name, service, hoursAgo, assigned = true) => ({
    name,
    service,
    since: new Date(now - hoursAgo * HOUR_MS).toISOString(),
    assigned,
  });
  const column = (status, title, cards) => ({ status, title, count: cards.length, cards });
  return {
    columns: [
      column("NEW", "New", [
        card("Petra Lang", "Office cleaning, 1,200 m2", 2, false),
        card("Hotel Seeblick", "Window cleaning", 7, false),
        card("Felix Aigner", "Energy check", 26, false),
      ]),
      column("IN_PROGRESS", "In progress", [
        card("Thomas Berger", "Weekly office cleaning", 31),
        card("Sabine Keller", "Winter service, three houses", 74),
      ]),
      column("COMPLETED", "Completed", [
        card("Maria Huber", "Spring cleaning", 120),
        card("Gemeinde Neudorf", "Stairwell cleaning", 190),
      ]),
      column("CANCELLED", "Cancelled", [card("Jonas Kofler", "Move-out cleaning", 240)]),
    ],
  };
}

void main();
