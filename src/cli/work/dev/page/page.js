import { createFrameBridge } from "/page/bridge.js";

const find = (id) => document.getElementById(id);
let shown = "";
let bridges = [];
window.addEventListener("message", (event) => {
  for (const bridge of bridges) bridge.hear(event);
});

/** Buttons and frames of the version that is loaded now. */
async function refresh() {
  const state = await (await fetch("/state")).json();
  find("title").textContent = `${state.name} ${state.version}`;
  find("build").textContent = state.build;
  find("storage").textContent = JSON.stringify(state.storage, null, 2);
  const declared = JSON.stringify([
    state.events,
    state.routes,
    state.schedules,
    state.hooks,
    state.pages,
    state.built,
    state.settings,
  ]);
  if (declared === shown) return;
  shown = declared;
  fill("events", state.events, (name) => [name, { kind: "event", name }]);
  fill("routes", state.routes, ({ method, path }) => [`${method} ${path}`, { kind: "route", method, path }]);
  fill("schedules", state.schedules, (id) => [id, { kind: "schedule", id }]);
  fill("hooks", state.hooks, (hook) => [hook, { kind: "lifecycle", hook }]);
  showSettings(state.settings);
  bridges = [];
  find("pages").replaceChildren(...state.pages.flatMap(showPage));
}

function fill(id, rows, present) {
  const buttons = rows.map((row) => {
    const [label, call] = present(row);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => void run(complete(call)));
    return button;
  });
  find(id).replaceChildren(...(buttons.length > 0 ? buttons : ["none declared"]));
}

/** Asks for what a route leaves open: the values of its parameters, and a body. */
function complete(call) {
  if (call.kind !== "route") return call;
  const path = call.path.replaceAll(/:(\w+)/g, (_, name) => encodeURIComponent(prompt(name, "1") ?? "1"));
  const text = call.method === "GET" || call.method === "DELETE" ? "null" : (prompt("Body (JSON)", "{}") ?? "null");
  return { ...call, path, body: JSON.parse(text) };
}

async function run(call) {
  const answer = await fetch("/run", {
    method: "POST",
    headers: { "content-type": "application/json", "x-rbsm": "dev" },
    body: JSON.stringify(call),
  });
  const reply = answer.ok ? await answer.json() : null;
  await refresh();
  return reply;
}

/** A route for the plugin's frame, over the same bridge as in the marketplace. */
async function callRoute({ method, path, body = null }) {
  const reply = await run({ kind: "route", method, path, body });
  if (!reply?.ok) return { status: 502, body: { code: reply?.error.code ?? "route_not_found" } };
  return { status: reply.value.status ?? 200, body: reply.value.body ?? null };
}

/** The form an admin would fill in. A field left empty has its default; a secret left empty stays as it is. */
function showSettings({ fields, values, secrets }) {
  const form = find("settings");
  form.hidden = fields.length === 0;
  const heading = document.createElement("h2");
  heading.textContent = "Settings";
  const save = document.createElement("button");
  save.textContent = "Save settings";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  form.replaceChildren(heading, ...fields.map((field) => fieldOf(field, values, secrets)), save, said);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const answer = await fetch("/settings", {
      method: "POST",
      headers: { "content-type": "application/json", "x-rbsm": "dev" },
      body: JSON.stringify(filledIn(form, fields)),
    });
    said.textContent = await answer.text();
  };
}

function fieldOf(field, values, secrets) {
  const label = document.createElement("label");
  const input = inputOf(field);
  input.name = field.key;
  const value = values[field.key] ?? field.default;
  if (field.type === "boolean") input.checked = value === true;
  else if (field.type === "multiselect") {
    for (const option of input.options) option.selected = (value ?? []).includes(option.value);
  } else if (field.type === "secret") input.placeholder = secrets.includes(field.key) ? "set" : "not set";
  else input.value = value ?? "";
  label.append(field.label, input);
  return label;
}

function inputOf({ type, options = [] }) {
  if (type !== "select" && type !== "multiselect") {
    const input = document.createElement("input");
    input.type = { boolean: "checkbox", integer: "number", secret: "password" }[type] ?? "text";
    if (type === "secret") input.autocomplete = "off";
    return input;
  }
  const select = document.createElement("select");
  select.multiple = type === "multiselect";
  if (type === "select") select.append(new Option("", ""));
  select.append(...options.map(({ value, label }) => new Option(label, value)));
  return select;
}

function filledIn(form, fields) {
  const [settings, secrets] = [{}, {}];
  for (const { key, type } of fields) {
    const input = form.elements[key];
    if (type === "boolean") settings[key] = input.checked;
    else if (type === "multiselect") settings[key] = [...input.selectedOptions].map((option) => option.value);
    else if (input.value === "") continue;
    else if (type === "secret") secrets[key] = input.value;
    else settings[key] = type === "integer" ? Number(input.value) : input.value;
  }
  return { settings, secrets };
}

/** A view of blocks is a page of ours; a plugin's own page gets a frame without origin and the bridge. */
function showPage({ title, file, blocks, slot }) {
  const heading = document.createElement("h2");
  heading.textContent = title;
  const frame = document.createElement("iframe");
  if (blocks !== undefined) {
    frame.title = title;
    frame.src = `/${blocks}`;
    return [heading, frame];
  }
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = title;
  frame.src = `/${file}`;
  const mode = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = { mode, tokens: {} };
  bridges.push(createFrameBridge({ frame, theme, context: { slot }, call: callRoute, now: () => Date.now() }));
  return [heading, frame];
}

function describe(one) {
  switch (one.kind) {
    case "call":
      return `  ${one.method} ${JSON.stringify(one.args)} → ${one.reply.ok ? JSON.stringify(one.reply.value) : one.reply.error.message}`;
    case "network":
      return `  ${one.method} ${one.url} → ${one.status}`;
    case "build":
      return one.message;
    default: {
      const lines = (one.reply.report?.logs ?? []).map(({ level, text }) => `  ${level} ${text}`);
      const end = one.reply.ok
        ? `ok ${JSON.stringify(one.reply.value)}`
        : `${one.reply.error.code}: ${one.reply.error.message ?? ""}`;
      return [...lines, `${one.what} ${end} (${one.ms} ms)`].join("\n");
    }
  }
}

new EventSource("/log").addEventListener("message", ({ data }) => {
  const one = JSON.parse(data);
  const line = document.createElement("li");
  line.textContent = describe(one);
  if (one.ok === false || one.reply?.ok === false) line.className = "failed";
  find("log").prepend(line);
  while (find("log").children.length > 500) find("log").lastChild.remove();
  if (one.kind === "build") void refresh();
});
await refresh();
