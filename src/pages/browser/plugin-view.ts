// The script of every view of a plugin. It passes messages between the plugin's frame, the marketplace and the host's page.
import { createFrameBridge, type FrameBridge } from "../../contract/execution/frame-bridge.ts";
import { readTheme, type Theme } from "../../domain/ui/messages.ts";

const root = document.documentElement;
const host = root.dataset.host ?? "";
const isEmbedded = window.parent !== window;
const bridge = openBridge(document.querySelector("iframe"));

function tellHost(message: object): void {
  if (isEmbedded && host.startsWith("http")) window.parent.postMessage({ rbsm: 1, ...message }, host);
}

function tellHeight(): void {
  tellHost({ height: Math.ceil(document.body.getBoundingClientRect().height) });
}

function openBridge(frame: HTMLIFrameElement | null): FrameBridge | null {
  if (frame === null) return null;
  const { theme = "null", slot = "", entity } = root.dataset;
  return createFrameBridge({
    frame,
    theme: readTheme({ rbsm: 1, theme: JSON.parse(theme) }),
    context: { slot, ...(entity === undefined ? {} : { entityId: entity }) },
    call: callRoute,
    onHeight: tellHeight,
    now: () => Date.now(),
  });
}

async function callRoute(message: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(root.dataset.call ?? "", {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "omit",
    body: JSON.stringify(message),
  });
  const answered = await response.json();
  if (response.status === 404) tellHost({ expired: true });
  return response.ok ? answered : { status: response.status, body: answered };
}

function applyTheme(theme: Theme): void {
  root.dataset.mode = theme.mode;
  for (const [name, value] of Object.entries(theme.tokens)) root.style.setProperty(`--rbsm-${name}`, value);
  bridge?.setTheme(theme);
}

window.addEventListener("message", (event) => {
  if (!isEmbedded || event.source !== window.parent) return bridge?.hear(event);
  const theme = event.origin === host ? readTheme(event.data) : null;
  if (theme !== null) applyTheme(theme);
});

// Whose ticket it was is not known any more; that it ended is no secret.
if (isEmbedded && document.querySelector("[data-code=ui_ticket_not_found]") !== null)
  window.parent.postMessage({ rbsm: 1, expired: true }, "*");
new ResizeObserver(tellHeight).observe(document.body);
tellHost({ ready: true });
tellHeight();
