/** Every page of the documentation in reading order. A slug without a guide beside it is a reference made by the build. */
export const CONTENTS = [
  {
    section: "Write a plugin",
    pages: ["first-plugin", "permissions", "settings", "storage", "events", "routes", "ui", "testing"],
  },
  {
    section: "Publish it",
    pages: ["signing", "publishing", "pricing", "ranking", "security"],
  },
  {
    section: "Run an instance",
    pages: ["instances", "licenses", "trust"],
  },
  {
    section: "Run a marketplace",
    pages: ["operating"],
  },
  {
    section: "Reference",
    pages: ["manifest", "permission-list", "event-list", "cli", "webhooks", "refusals"],
  },
  // One page per entry of the SDK follows.
  { section: "SDK", pages: ["sdk"] },
  {
    section: "HTTP API",
    pages: [
      "api",
      "api-service",
      "api-accounts",
      "api-instances",
      "api-plugins",
      "api-publishing",
      "api-desk",
      "api-licenses",
      "api-installations",
      "api-orders",
      "api-events",
    ],
  },
] as const;
