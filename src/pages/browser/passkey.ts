// The browser's half of both passkey ceremonies; everything is decided by the marketplace.
import { startAuthentication, startRegistration } from "@simplewebauthn/browser";

interface Refusal {
  readonly message?: string;
}

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown> & Refusal;
  if (!response.ok) throw new Error(answer.message ?? "That did not work.");
  return answer;
}

async function hold(box: HTMLElement): Promise<void> {
  const { passkey, options, answer, next } = box.dataset as Record<"passkey" | "options" | "answer" | "next", string>;
  // biome-ignore lint/suspicious/noExplicitAny: the marketplace made them for exactly these functions
  const optionsJSON = (await post(options, {})) as any;
  const made =
    passkey === "register" ? await startRegistration({ optionsJSON }) : await startAuthentication({ optionsJSON });
  const name = box.closest("form")?.querySelector<HTMLInputElement>("[name=passkey-name]")?.value;
  await post(answer, { answer: made, ...(name ? { name } : {}) });
  location.assign(next);
}

for (const box of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
  const button = box.querySelector("button");
  const status = box.querySelector<HTMLElement>("[role=status]");
  button?.addEventListener("click", async () => {
    button.disabled = true;
    if (status) status.textContent = "";
    try {
      await hold(box);
    } catch (error) {
      const isAborted = error instanceof Error && error.name === "NotAllowedError";
      if (status)
        status.textContent = isAborted
          ? "The passkey dialogue was closed."
          : error instanceof Error
            ? error.message
            : "";
      button.disabled = false;
    }
  });
}
