/*
 * The steps of an installation as they happen: the server sends how far it is whenever that changes. Without this module the
 * page shows how far it was when it was opened.
 */

for (const list of document.querySelectorAll<HTMLElement>("[data-progress]")) follow(list);

function follow(list: HTMLElement): void {
  const source = new EventSource(list.dataset.progress ?? "");
  source.addEventListener("progress", (event) => {
    const progress: unknown = JSON.parse((event as MessageEvent<string>).data);
    if (typeof progress !== "object" || progress === null) return;
    for (const [step, state] of Object.entries(progress)) showStep(list, step, String(state));
  });
  // The server ends the stream when all is done or time is up; another try would only begin it again.
  for (const end of ["end", "error"]) source.addEventListener(end, () => source.close());
}

function showStep(list: HTMLElement, step: string, state: string): void {
  const place = list.querySelector<HTMLElement>(`[data-step="${CSS.escape(step)}"]`);
  const mark = document.querySelector<HTMLTemplateElement>(`template[data-mark="${CSS.escape(state)}"]`);
  if (place === null || mark === null || place.dataset.state === state) return;
  place.dataset.state = state;
  place.replaceChildren(mark.content.cloneNode(true));
}
