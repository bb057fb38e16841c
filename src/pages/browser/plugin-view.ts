// The script of every view of a plugin. It passes messages between the plugin's frame, the marketplace and the host's page,
// and believes none of them: whom a message came from, its shape and how many there were is checked here.
import {
  CALLS_PER_TEN_SECONDS,
  isReady,
  MAX_MESSAGE_CHARACTERS,
  MAX_WAITING_CALLS,
  readCall,
  readHeight,
  readTheme,
  type Theme,
} from "../../domain/ui/messages.ts";

const root = document.documentElement;
const host = root.dataset.host ?? "";
const frame = document.querySelector("iframe");
let theme: Theme | null =
  root.dataset.theme === undefined ? null : readTheme({ rbsm: 1, theme: JSON.parse(root.dataset.theme) });
let waiting = 0;
let made: number[] = [];

function tellHost(message: object): void {
  if (window.parent !== window && host.startsWith("http")) window.parent.postMessage({ rbsm: 1, ...message }, host);
}

/** The frame has no origin that could be named. */
function tellFrame(message: object): void {
  frame?.contentWindow?.postMessage({ rbsm: 1, ...message }, "*");
}

function tellHeight(): void {
  tellHost({ height: Math.ceil(document.body.getBoundingClientRect().height) });
}

function apply(next: Theme): void {
  theme = next;
  root.dataset.mode = next.mode;
  for (const [name, value] of Object.entries(next.tokens)) root.style.setProperty(`--rbsm-${name}`, value);
  tellFrame({ theme: next });
}

window.addEventListener("message", (event) => {
  if (window.parent !== window && event.source === window.parent && event.origin === host) {
    const next = readTheme(event.data);
    if (next !== null) apply(next);
    return;
  }
  // A page in a sandbox has the origin "null"; the window is what proves who speaks.
  if (frame === null || event.source !== frame.contentWindow || event.origin !== "null") return;
  const height = readHeight(event.data);
  if (height !== null) {
    frame.style.setProperty("height", `${height}px`);
    return tellHeight();
  }
  if (isReady(event.data)) {
    const { slot, entity } = root.dataset;
    return tellFrame({ theme, context: { slot, ...(entity === undefined ? {} : { entityId: entity }) } });
  }
  const call = readCall(event.data);
  if (call !== null) void answer(call);
});

async function answer(call: NonNullable<ReturnType<typeof readCall>>): Promise<void> {
  const reply = (status: number, body: unknown) => tellFrame({ id: call.id, status, body });
  const now = Date.now();
  made = made.filter((at) => now - at < 10_000);
  if (made.length >= CALLS_PER_TEN_SECONDS || waiting >= MAX_WAITING_CALLS)
    return reply(429, { code: "RATE_LIMITED", message: "Too many calls at once." });
  const text = JSON.stringify(call);
  if (text.length > MAX_MESSAGE_CHARACTERS) return reply(413, { code: "BODY_TOO_LARGE", message: "Too large." });
  made.push(now);
  waiting++;
  try {
    const response = await fetch(root.dataset.call ?? "", {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "omit",
      body: text,
    });
    const answered = await response.json();
    if (response.status === 404) tellHost({ expired: true });
    if (response.ok) reply(answered.status, answered.body);
    else reply(response.status, answered);
  } catch {
    reply(503, { code: "SERVICE_UNAVAILABLE", message: "The marketplace could not be reached." });
  } finally {
    waiting--;
  }
}

if (document.querySelector("[data-code=ui_ticket_not_found]")) tellHost({ expired: true });
new ResizeObserver(tellHeight).observe(document.body);
tellHost({ ready: true });
tellHeight();
