import type { Json } from "../json/json.ts";

/** What an author reads about one field, in an editor and in the reference. */
export interface FieldWords {
  readonly title: string;
  readonly description: string;
  readonly example?: Json;
}

const VIEW = {
  "": {
    title: "View",
    description: "What is shown: an HTML file in a frame, or a route that answers blocks. One of them.",
  },
  ".file": {
    title: "Frame",
    description: "An HTML file under ui/, shown in a frame on another origin.",
    example: "ui/index.html",
  },
  ".route": {
    title: "Blocks",
    description: "A GET route with session access that answers declarative blocks.",
    example: "/overview",
  },
} as const;

/** Field → words; `[]` is an element of a list. Complete: a test walks the schema. */
export const FIELD_WORDS: Readonly<Record<string, FieldWords>> = {
  $schema: {
    title: "Schema",
    description: "Where editors find this schema. The packer leaves it out.",
    example: "./manifest.schema.json",
  },
  formatVersion: {
    title: "Format version",
    description: "Version of this format. Readers refuse a larger one.",
    example: 1,
  },
  name: {
    title: "Name",
    description: "Unique name and address of the plugin. It never changes.",
    example: "visit-notes",
  },
  version: {
    title: "Version",
    description: "SemVer without build metadata. A published number is never used again.",
    example: "1.4.0",
  },
  publisher: {
    title: "Publisher",
    description: "Your publisher handle; the signing key belongs to it.",
    example: "alpenware",
  },
  displayName: {
    title: "Display name",
    description: "What people read; in one script, or a mix that people write.",
    example: "Visit Notes",
  },
  description: {
    title: "Description",
    description: "One sentence for lists and search results.",
    example: "Keeps a note for every visit and shows it beside the appointment.",
  },
  type: {
    title: "Type",
    description:
      "ui needs a page, widget or settings panel; api a route; automation an event or schedule; mixed two of these.",
    example: "automation",
  },
  category: { title: "Category", description: "Where the marketplace lists the plugin.", example: "appointments" },
  tags: { title: "Tags", description: "Words for the search: sorted, each once.", example: ["notes", "visits"] },
  "tags[]": { title: "Tag", description: "Lower-case letters, digits and dashes.", example: "notes" },
  license: { title: "License", description: "An SPDX expression, or LicenseRef-Proprietary.", example: "MIT" },
  channel: {
    title: "Channel",
    description: "Must agree with the version: stable has no pre-release part, 1.4.0-beta.2 is beta.",
    example: "stable",
  },
  minAppVersion: {
    title: "Oldest Rising-BSM",
    description: "The oldest host version it works with, inclusive.",
    example: "0.1.0",
  },
  maxAppVersion: {
    title: "Newest Rising-BSM",
    description: "The newest host version it works with, inclusive. Leave it out unless you know of one.",
    example: "2.0.0",
  },
  repository: {
    title: "Repository",
    description: "Where the source can be read; https.",
    example: "https://git.example.com/alpenware/visit-notes",
  },
  homepage: {
    title: "Website",
    description: "https, without credentials.",
    example: "https://alpenware.example/visit-notes",
  },
  support: {
    title: "Support",
    description: "Where users get help: url, email or both. A paid plugin needs one that answers.",
    example: { email: "help@alpenware.example" },
  },
  "support.url": {
    title: "Support page",
    description: "https, without credentials.",
    example: "https://alpenware.example/help",
  },
  "support.email": { title: "Support address", description: "An e-mail address.", example: "help@alpenware.example" },
  security: {
    title: "Security contact",
    description: "An e-mail address or https URL for reports of vulnerabilities.",
    example: "security@alpenware.example",
  },
  source: {
    title: "Source",
    description: "The exact source this version was built from.",
    example: {
      repository: "https://git.example.com/alpenware/visit-notes",
      commit: "0123456789abcdef0123456789abcdef01234567",
    },
  },
  "source.repository": {
    title: "Source repository",
    description: "https, without credentials.",
    example: "https://git.example.com/alpenware/visit-notes",
  },
  "source.commit": {
    title: "Commit",
    description: "40 or 64 lower-case hex digits.",
    example: "0123456789abcdef0123456789abcdef01234567",
  },
  "source.directory": {
    title: "Directory",
    description: "Folder of the plugin inside the repository.",
    example: "plugins/visit-notes",
  },
  icon: { title: "Icon", description: "Always this one file of the bundle.", example: "icons/icon.png" },
  screenshots: {
    title: "Screenshots",
    description: "Pictures of the listing, in their order.",
    example: [{ file: "screenshots/board.png", alt: "The board with four columns" }],
  },
  "screenshots[].file": {
    title: "File",
    description: "PNG or JPEG under screenshots/.",
    example: "screenshots/board.png",
  },
  "screenshots[].alt": {
    title: "Alternative text",
    description: "What the picture shows, for people who do not see it.",
    example: "The board with four columns",
  },
  permissions: {
    title: "Permissions",
    description: "What it asks for, sorted by code, each once. An empty list is the best one.",
    example: [{ code: "requests.read", description: "Reads the request that is to be rated.", required: true }],
  },
  "permissions[].code": { title: "Permission", description: "A code of the closed list.", example: "requests.read" },
  "permissions[].description": {
    title: "Reason",
    description: "What this plugin uses it for; the admin reads it before consenting.",
    example: "Reads the request that is to be rated.",
  },
  "permissions[].required": {
    title: "Required",
    description: "false lets an admin decline it and install all the same.",
    example: true,
  },
  events: {
    title: "Events",
    description: "What it listens to, sorted by on. The .read permission of the entity must be required.",
    example: [{ on: "request.created", timeoutMs: 2000 }],
  },
  "events[].on": {
    title: "Event",
    description: "An event of the host, or plugin:<dependency>:<event>.",
    example: "request.created",
  },
  "events[].timeoutMs": { title: "Time-out", description: "Milliseconds the handler may take.", example: 2000 },
  emits: {
    title: "Emitted events",
    description: "Names of events other plugins may listen to.",
    example: ["note.saved"],
  },
  "emits[]": {
    title: "Event name",
    description: "Lower-case letters, digits, dots and underscores.",
    example: "note.saved",
  },
  routes: {
    title: "Routes",
    description: "HTTP routes of the plugin; one shape per method.",
    example: [{ method: "GET", path: "/notes/:id", access: "session" }],
  },
  "routes[].method": { title: "Method", description: "HTTP method.", example: "GET" },
  "routes[].path": { title: "Path", description: "One to six segments; :name is a parameter.", example: "/notes/:id" },
  "routes[].access": {
    title: "Access",
    description: "session: a signed-in user of the host; public: anyone; webhook: anyone, with the raw body.",
    example: "session",
  },
  "routes[].hostPermission": {
    title: "Host permission",
    description: "What the signed-in user must be allowed to do in Rising-BSM; on session routes only.",
    example: "appointments.view",
  },
  "routes[].bodyKiB": { title: "Body", description: "Largest request body in KiB.", example: 64 },
  schedules: {
    title: "Schedules",
    description: "When it runs by itself.",
    example: [{ id: "nightly", cron: "0 3 * * *", timezone: "Europe/Vienna" }],
  },
  "schedules[].id": { title: "Id", description: "Names the handler; each once.", example: "nightly" },
  "schedules[].cron": {
    title: "Cron",
    description: "Five fields in digits; two runs are at least five minutes apart.",
    example: "0 3 * * *",
  },
  "schedules[].timezone": { title: "Time zone", description: "An IANA name.", example: "Europe/Vienna" },
  "schedules[].missed": {
    title: "Missed runs",
    description: "What happens after an outage: skip, or run once.",
    example: "once",
  },
  "schedules[].timeoutMs": { title: "Time-out", description: "Milliseconds one run may take.", example: 30000 },
  ui: {
    title: "User interface",
    description: "Pages, widgets and a settings panel inside Rising-BSM.",
    example: { pages: [{ id: "home", title: "Visits", view: { file: "ui/index.html" } }] },
  },
  "ui.pages": { title: "Pages", description: "Entries of the host's navigation." },
  "ui.pages[].id": { title: "Id", description: "Each once.", example: "home" },
  "ui.pages[].title": { title: "Title", description: "What the navigation shows.", example: "Visits" },
  "ui.pages[].icon": { title: "Icon", description: "Name of a lucide icon.", example: "calendar" },
  "ui.pages[].hostPermission": {
    title: "Host permission",
    description: "Who sees the page: what they must be allowed to do in Rising-BSM.",
    example: "appointments.view",
  },
  "ui.widgets": { title: "Widgets", description: "Tiles of the dashboard." },
  "ui.widgets[].id": { title: "Id", description: "Each once.", example: "today" },
  "ui.widgets[].title": { title: "Title", description: "Heading of the tile.", example: "Today" },
  "ui.widgets[].size": { title: "Size", description: "How much of the dashboard it takes.", example: "medium" },
  "ui.widgets[].refreshSeconds": {
    title: "Refresh",
    description: "How often the host loads it again, in seconds.",
    example: 300,
  },
  "ui.settingsPanel": {
    title: "Settings panel",
    description: "A page of its own instead of the form the host makes of settings.",
  },
  ...atEach(["ui.pages[].view", "ui.widgets[].view", "ui.settingsPanel.view"], VIEW),
  settings: {
    title: "Settings",
    description: "What an admin can set; the host draws the form.",
    example: { version: 1, fields: [{ key: "greeting", type: "text", label: "Greeting" }] },
  },
  "settings.version": {
    title: "Version",
    description: "1 plus the number of files migrations/settings-<n>.json.",
    example: 1,
  },
  "settings.fields": { title: "Fields", description: "In the order they are shown; keys are unique." },
  "settings.fields[].key": { title: "Key", description: "Name of the value.", example: "greeting" },
  "settings.fields[].type": {
    title: "Type",
    description: "A decimal is kept as text, a secret is never shown again.",
    example: "text",
  },
  "settings.fields[].label": { title: "Label", description: "What the form shows.", example: "Greeting" },
  "settings.fields[].help": {
    title: "Help",
    description: "One line below the field.",
    example: "The first words of every reminder.",
  },
  "settings.fields[].required": { title: "Required", description: "Whether it must be filled in.", example: true },
  "settings.fields[].default": {
    title: "Default",
    description: "Must fit the type. A secret has none.",
    example: "Hello",
  },
  "settings.fields[].min": { title: "Minimum", description: "Smallest number, or shortest text.", example: 1 },
  "settings.fields[].max": { title: "Maximum", description: "Largest number, or longest text.", example: 100 },
  "settings.fields[].options": {
    title: "Options",
    description: "What select and multiselect offer.",
    example: [{ value: "kind", label: "Kind" }],
  },
  "settings.fields[].options[].value": { title: "Value", description: "What is kept; each once.", example: "kind" },
  "settings.fields[].options[].label": { title: "Label", description: "What people read.", example: "Kind" },
  "settings.fields[].inject": {
    title: "Injected",
    description: "Adds a secret to requests to one host of egress. Plugin code never sees it.",
    example: { host: "api.sms.example", header: "Authorization", prefix: "Bearer " },
  },
  "settings.fields[].inject.host": { title: "Host", description: "A host of egress.", example: "api.sms.example" },
  "settings.fields[].inject.header": {
    title: "Header",
    description: "The header that carries the secret.",
    example: "Authorization",
  },
  "settings.fields[].inject.prefix": {
    title: "Prefix",
    description: "What stands before the secret.",
    example: "Bearer ",
  },
  "settings.fields[].readable": {
    title: "Readable",
    description: "Gives a secret to plugin code; the admin is told so.",
    example: true,
  },
  egress: {
    title: "Network",
    description: "Hosts it may reach, sorted, each once. [] is no network at all.",
    example: [{ host: "api.sms.example", reason: "Sends the reminder as a text message.", methods: ["POST"] }],
  },
  "egress[].host": {
    title: "Host",
    description: "A public host name, or *. before one for one more label. Never an address.",
    example: "api.sms.example",
  },
  "egress[].reason": {
    title: "Reason",
    description: "Why; the admin reads it before consenting.",
    example: "Sends the reminder as a text message.",
  },
  "egress[].methods": { title: "Methods", description: "HTTP methods it may use there.", example: ["POST"] },
  dependencies: { title: "Dependencies", description: "Plugin name to npm range.", example: {} },
  pricing: {
    title: "Pricing",
    description: "What it costs, in tiers.",
    example: {
      currency: "EUR",
      tiers: [
        {
          id: "free",
          price: 0,
          interval: "none",
          features: ["Everything"],
          limits: { installs: 1, apiCalls: 1000, storageMiB: 10, users: null },
        },
      ],
    },
  },
  "pricing.currency": { title: "Currency", description: "Euro.", example: "EUR" },
  "pricing.tiers": { title: "Tiers", description: "In the order free, trial, basic, premium, enterprise, each once." },
  "pricing.tiers[].id": { title: "Tier", description: "A trial tier needs trialDays.", example: "basic" },
  "pricing.tiers[].price": {
    title: "Price",
    description: "Cents. null is on request, for enterprise only; free and trial cost 0.",
    example: 900,
  },
  "pricing.tiers[].interval": { title: "Interval", description: "What the price is paid for.", example: "month" },
  "pricing.tiers[].features": {
    title: "Features",
    description: "What the price list shows, one line each.",
    example: ["Up to three installations"],
  },
  "pricing.tiers[].limits": { title: "Limits", description: "null is unlimited." },
  "pricing.tiers[].limits.installs": { title: "Installations", description: "Seats of one license.", example: 3 },
  "pricing.tiers[].limits.apiCalls": { title: "API calls", description: "Per month.", example: 10000 },
  "pricing.tiers[].limits.storageMiB": {
    title: "Storage",
    description: "MiB of one installation's storage.",
    example: 100,
  },
  "pricing.tiers[].limits.users": { title: "Users", description: "People of the instance who use it.", example: null },
  "pricing.tiers[].popular": { title: "Popular", description: "Marks the tier in the price list.", example: true },
  trialDays: { title: "Trial", description: "Days a trial lasts; 0 unless a paid tier exists.", example: 14 },
  changes: {
    title: "Changes",
    description: "What is new in this version, one line each, for the person who updates.",
    example: ["Reminders can be switched off."],
  },
  build: { title: "Build", description: "Filled in by the packer." },
  "build.encoder": { title: "Encoder", description: "What packed the bundle." },
  "build.sdk": { title: "SDK", description: "Version of the SDK it was built with." },
  files: { title: "Files", description: "Path to size and digest of every other file. Filled in by the packer." },
};

function atEach(prefixes: readonly string[], words: Readonly<Record<string, FieldWords>>): Record<string, FieldWords> {
  return Object.fromEntries(
    prefixes.flatMap((prefix) => Object.entries(words).map(([part, text]) => [prefix + part, text] as const)),
  );
}
