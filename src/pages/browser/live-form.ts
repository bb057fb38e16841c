/*
 * Forms that are judged while they are typed: the server says what it would refuse, in the very words of the page it would
 * send. Without this module the same is said after sending.
 */

const WAIT_MS = 400;

interface Fault {
  readonly field: string;
  readonly text: string;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-live]")) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  const touched = new Set<string>();
  form.addEventListener("input", (event) => {
    const { target } = event;
    if (target instanceof Element && target.id !== "") touched.add(target.id);
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++turn;
      const faults = await ask(form).catch(() => null);
      if (faults !== null && mine === turn) for (const id of touched) showFault(id, faults);
    }, WAIT_MS);
  });
}

async function ask(form: HTMLFormElement): Promise<readonly Fault[] | null> {
  const fields = [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string");
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "rbsm-live": "1" },
    body: new URLSearchParams(fields),
    redirect: "error",
  });
  const json: unknown = answer.ok ? await answer.json() : null;
  return typeof json === "object" && json !== null && "errors" in json ? (json.errors as readonly Fault[]) : null;
}

/** The fault stands where the server's page would put it, and is read out when it comes. */
function showFault(id: string, faults: readonly Fault[]): void {
  const field = document.getElementById(id);
  if (field === null) return;
  const text = faults.find((fault) => fault.field === id)?.text ?? "";
  let place = document.getElementById(`${id}-fault`);
  if (place === null) {
    place = document.createElement("p");
    place.id = `${id}-fault`;
    place.className = "mt-1.5 text-sm font-medium text-destructive";
    place.setAttribute("role", "status");
    field.parentElement?.append(place);
  }
  place.textContent = text;
  const described = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one !== ""));
  if (text === "") {
    field.removeAttribute("aria-invalid");
    described.delete(place.id);
  } else {
    field.setAttribute("aria-invalid", "true");
    described.add(place.id);
  }
  field.setAttribute("aria-describedby", [...described].join(" "));
}
