import { connect } from "@rising-bsm/plugin-sdk/ui";

/** Shows what `GET /tomorrow` answers; opened outside Rising-BSM, sample data, and says so. */
async function main() {
  const host = connect({ answerWithinMs: 10000 });
  const answer = await host.call("GET /tomorrow").catch(() => null);
  document.querySelector("#sample").hidden = answer !== null;
  show(answer ?? SAMPLE);
}

function show({ day, reminders }) {
  const date = day.split("-").reverse().join(".");
  const count = reminders.length === 1 ? "1 appointment" : `${reminders.length} appointments`;
  document.querySelector("#summary").textContent = `${date}, ${count}`;
  document.querySelector("#reminders").replaceChildren(...reminders.map(cardOf));
}

function cardOf(reminder) {
  const card = element("article");
  const heading = element("h2");
  heading.append(element("time", reminder.time), reminder.title);
  const letter = element("p", reminder.text, "letter");
  const copy = element("button", "Copy text");
  copy.type = "button";
  copy.addEventListener("click", () => copyText(copy, letter));
  card.append(heading, element("p", reminder.customer ?? "", "customer"), letter, copy);
  return card;
}

/** A frame may be denied the clipboard: then the text is selected, ready for the keyboard. */
async function copyText(button, letter) {
  try {
    await navigator.clipboard.writeText(letter.textContent);
    button.textContent = "Copied";
  } catch {
    window.getSelection().selectAllChildren(letter);
    button.textContent = "Selected, now press Ctrl+C";
  }
}

/** Text goes in as text, never as markup. */
function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

const SAMPLE = {
  day: "2026-03-11",
  reminders: [
    {
      time: "08:30",
      title: "Office cleaning, first floor",
      customer: "Thomas Berger",
      text:
        'Dear Thomas Berger,\n\nthis is a reminder of our appointment "Office cleaning, first floor" on 11.03.2026 at ' +
        "08:30.\n\nIf something has come up, please tell us today.\n\nKind regards",
    },
    {
      time: "14:00",
      title: "Winter service walk-through",
      customer: "Sabine Keller",
      text:
        'Dear Sabine Keller,\n\nthis is a reminder of our appointment "Winter service walk-through" on 11.03.2026 at ' +
        "14:00.\n\nIf something has come up, please tell us today.\n\nKind regards",
    },
  ],
};

void main();
