import { type RouteResponse, view } from "@rising-bsm/plugin-sdk";
import type { Preferences } from "./preferences.ts";

/** The settings panel, in blocks: Rising-BSM draws the form, the plugin brings no script for it. */
export function settingsPanel({ company, shortNotice, timeZone }: Preferences): RouteResponse {
  return view([
    { type: "heading", text: "Reminders" },
    {
      type: "form",
      action: { method: "POST", path: "/settings" },
      fields: [
        { name: "company", label: "Company", value: company, help: "Signs the reminder texts." },
        { name: "timeZone", label: "Time zone", value: timeZone, required: true, help: "Decides what tomorrow is." },
        {
          name: "shortNotice",
          label: "Alert me at once for appointments made for today or tomorrow",
          kind: "checkbox",
          value: shortNotice,
        },
      ],
    },
  ]);
}
