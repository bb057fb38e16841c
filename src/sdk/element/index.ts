/** `<rbsm-plugin>`: a view of a plugin in a page of the host. The browser needs a ticket and nothing else. */
import { isReady, readHeight, type Theme } from "../../domain/ui/messages.ts";
import { browser, type HTMLNode, type WindowMessage } from "../ui/browser.ts";

export type { Theme };

/** What the host's server got for `POST /v1/installations/{installationId}/ui-tickets`. */
export interface Ticket {
  readonly url: string;
  readonly title?: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
  readonly refreshSeconds?: number;
}

/**
 * Members of the element. Either `src`, an address of the host that answers a ticket as JSON, or `ticket`, a function that
 * fetches one; `theme` may change at any time.
 */
export interface PluginElement extends HTMLNode {
  ticket: (() => Promise<Ticket>) | null;
  theme: Theme | null;
  /** Asks for a new ticket and shows the view anew. */
  reload(): Promise<void>;
}

/** Scripts and forms of the marketplace's page; that page gives the plugin's own frame scripts and no more. */
const SANDBOX = "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox";
/** Before a ticket ends it is replaced; its frame would stop answering. */
const EARLY_MS = 30_000;
const AGAIN_AFTER_MS = 5000;

/** Registers the element, once. Does nothing where there is no browser. */
export function definePluginElement(name = "rbsm-plugin"): void {
  const window = browser();
  if (window.customElements === undefined || window.customElements.get(name) !== undefined) return;

  class RbsmPlugin extends window.HTMLElement {
    #frame: HTMLNode | null = null;
    #origin = "";
    #theme: Theme | null = null;
    #ticket: (() => Promise<Ticket>) | null = null;
    #timer: unknown = null;
    #loadedAt = 0;
    #round = 0;
    readonly #receive = (event: WindowMessage) => this.#hear(event);

    static get observedAttributes(): readonly string[] {
      return ["src"];
    }
    connectedCallback(): void {
      window.addEventListener("message", this.#receive);
      void this.reload();
    }
    disconnectedCallback(): void {
      window.removeEventListener("message", this.#receive);
      clearTimeout(this.#timer as never);
      this.#round++;
      this.#frame = null;
      this.replaceChildren();
    }
    attributeChangedCallback(): void {
      if (this.isConnected) void this.reload();
    }

    get theme(): Theme | null {
      return this.#theme;
    }
    set theme(theme: Theme | null) {
      this.#theme = theme;
      this.#tellTheme();
    }
    get ticket(): (() => Promise<Ticket>) | null {
      return this.#ticket;
    }
    set ticket(ticket: (() => Promise<Ticket>) | null) {
      this.#ticket = ticket;
      if (this.isConnected) void this.reload();
    }

    async reload(): Promise<void> {
      const round = ++this.#round;
      clearTimeout(this.#timer as never);
      const src = this.getAttribute("src");
      if (this.#ticket === null && src === null) return;
      try {
        const ticket = await (this.#ticket ?? (() => askTicket(src ?? "")))();
        // Meanwhile it left the page, or was asked for something else.
        if (round === this.#round && this.isConnected) this.#show(ticket);
      } catch {
        if (round !== this.#round) return;
        this.dataset.state = "failed";
        this.replaceChildren("This plugin cannot be shown right now.");
      }
    }

    #show({ url, title = "Plugin", expiresAt, refreshSeconds }: Ticket): void {
      const frame = window.document.createElement("iframe");
      frame.setAttribute("sandbox", SANDBOX);
      frame.setAttribute("referrerpolicy", "no-referrer");
      frame.setAttribute("title", title);
      frame.setAttribute("src", url);
      for (const [property, value] of [
        ["display", "block"],
        ["width", "100%"],
        ["border", "0"],
      ] as const)
        frame.style.setProperty(property, value);
      this.#origin = new URL(url).origin;
      this.#frame = frame;
      this.#loadedAt = Date.now();
      this.dataset.state = "loading";
      this.replaceChildren(frame);
      const waits = [refreshSeconds === undefined ? Number.POSITIVE_INFINITY : refreshSeconds * 1000];
      if (expiresAt !== undefined) waits.push(Date.parse(expiresAt) - Date.now() - EARLY_MS);
      const wait = Math.min(...waits.filter((one) => one > 0));
      if (Number.isFinite(wait)) this.#timer = setTimeout(() => void this.reload(), wait);
    }

    /** Only of the window that was made here, and only while it shows the marketplace's page. */
    #hear({ source, origin, data }: WindowMessage): void {
      if (this.#frame === null || source !== this.#frame.contentWindow || origin !== this.#origin) return;
      const height = readHeight(data);
      if (height !== null) this.#frame.style.setProperty("height", `${height}px`);
      if (isReady(data)) {
        this.dataset.state = "ready";
        this.#tellTheme();
      }
      const isExpired = (data as { rbsm?: unknown; expired?: unknown } | null)?.expired === true;
      if (isExpired && Date.now() - this.#loadedAt > AGAIN_AFTER_MS) void this.reload();
    }

    #tellTheme(): void {
      if (this.#theme !== null) this.#frame?.contentWindow?.postMessage({ rbsm: 1, theme: this.#theme }, this.#origin);
    }
  }
  window.customElements.define(name, RbsmPlugin as unknown as new () => HTMLNode);
}

async function askTicket(src: string): Promise<Ticket> {
  const response = await browser().fetch(src, { method: "POST", headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the host answered ${response.status}`);
  return (await response.json()) as Ticket;
}
