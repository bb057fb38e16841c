// What runs in a browser, out of the installed package: a plugin's frame that calls its route through the page around it,
// and the host's element. Windows are played; real ones are in the marketplace's own tests.
import assert from "node:assert/strict";
import { definePluginElement, type PluginElement } from "@rising-bsm/plugin-sdk/element";
import { connect, createFrameBridge, RouteRefused, type Theme } from "@rising-bsm/plugin-sdk/ui";

type Listener = (event: { data: unknown; origin: string; source: unknown }) => void;
const listeners = new Set<Listener>();
const hear: Listener = (event) => {
  for (const listener of listeners) listener(event);
};

class PlayedNode {
  readonly dataset: Record<string, string> = {};
  readonly styles = new Map<string, string>();
  readonly style = { setProperty: (name: string, value: string) => void this.styles.set(name, value) };
  readonly attributes = new Map<string, string>();
  readonly heard: unknown[] = [];
  readonly contentWindow = { postMessage: (data: unknown) => void this.heard.push(data) };
  readonly isConnected = true;
  children: PlayedNode[] = [];
  getAttribute = (name: string) => this.attributes.get(name) ?? null;
  setAttribute = (name: string, value: string) => void this.attributes.set(name, value);
  getBoundingClientRect = () => ({ height: 321.5 });
  dispatchEvent = () => true;
  replaceChildren(...nodes: PlayedNode[]): void {
    this.children = nodes;
  }
}

const root = new PlayedNode();
const elements = new Map<string, new () => PlayedNode & PluginElement & { connectedCallback(): void }>();
const theme: Theme = { mode: "dark", tokens: { primary: "#123456" } };
const frame = {
  contentWindow: { postMessage: (data: unknown) => hear({ data, origin: "x", source: parent }) },
  style: root.style,
};
const page = createFrameBridge({
  frame,
  theme,
  context: { slot: "page.board" },
  now: () => 0,
  call: async ({ method, path }) => ({ status: path === "/closed" ? 403 : 200, body: { method, path } }),
});
const parent = {
  postMessage: (data: unknown) => page.hear({ data, origin: "null", source: frame.contentWindow }),
};
Object.assign(globalThis, {
  parent,
  document: { documentElement: root, body: new PlayedNode(), createElement: () => new PlayedNode() },
  HTMLElement: PlayedNode,
  CustomEvent: Event,
  customElements: {
    define: (name: string, made: never) => elements.set(name, made),
    get: (name: string) => elements.get(name),
  },
  ResizeObserver: class {
    readonly #changed: () => void;
    constructor(changed: () => void) {
      this.#changed = changed;
    }
    observe = () => this.#changed();
    disconnect = () => {};
  },
  addEventListener: (_: string, listener: Listener) => listeners.add(listener),
  removeEventListener: (_: string, listener: Listener) => listeners.delete(listener),
});

const host = connect();
assert.equal(host.isEmbedded, true);
assert.deepEqual(await host.context, { slot: "page.board" });
assert.deepEqual(await host.call("GET /board"), { method: "GET", path: "/board" });
await assert.rejects(host.call("POST /closed", {}), (error) => error instanceof RouteRefused && error.status === 403);
assert.deepEqual(
  [root.dataset.mode, root.styles.get("--rbsm-primary"), root.styles.get("height")],
  ["dark", "#123456", "322px"],
);
host.close();

definePluginElement();
const Element = elements.get("rbsm-plugin");
if (Element === undefined) throw new Error("the element is not defined");
const view = new Element();
view.ticket = async () => ({ url: "https://assets.invalid/ui/uit_x", title: "Board" });
view.theme = theme;
await view.reload();
const shown = view.children[0];
assert.deepEqual(
  [shown?.getAttribute("src"), shown?.getAttribute("title")],
  ["https://assets.invalid/ui/uit_x", "Board"],
);
assert.match(shown?.getAttribute("sandbox") ?? "", /allow-scripts/);
console.log("the frame and the element work");
