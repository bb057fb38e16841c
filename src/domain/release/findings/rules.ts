import type { Severity } from "./finding.ts";

/** Every rule an author's plugin is held to beside the reader's: how bad it is, and what to do. Errors refuse a release. */
export const FINDING_RULES = {
  manifest_advice: { severity: "warning", advice: "Correct manifest.json, or be ready to explain it to a reviewer." },
  placeholder: { severity: "info", advice: "Replace what the template wrote by your own." },
  permission_undeclared: { severity: "error", advice: "Declare the permission in manifest.json, or drop the call." },
  permission_maybe_undeclared: {
    severity: "warning",
    advice: "If this is a call of the host, declare its permission in manifest.json.",
  },
  permission_unused: { severity: "warning", advice: "Ask for no more than is used: drop it from manifest.json." },
  handler_missing: { severity: "error", advice: "Write the handler, or drop the declaration from manifest.json." },
  handler_undeclared: { severity: "warning", advice: "Declare it in manifest.json; otherwise it is never called." },
  egress_undeclared: { severity: "warning", advice: "Declare the host under egress, or drop the address." },
  egress_insecure: { severity: "warning", advice: "Use https: nothing else leaves the sandbox." },
  secret: { severity: "error", advice: "Revoke it, then take it out: everybody can read a bundle." },
  secret_suspected: { severity: "warning", advice: "Let the admin enter it as a secret setting instead." },
  hidden_unicode: { severity: "error", advice: "Remove the character; it shows a reader other code than is run." },
  text_crlf: { severity: "warning", advice: "Use line feeds only, so that every machine packs the same bytes." },
  source_map: { severity: "warning", advice: "Remove the reference: a bundle holds no source maps." },
  readme_link_broken: { severity: "warning", advice: "Link to an address, or to a file of the bundle." },
  readme_insecure_link: { severity: "warning", advice: "Use https." },
  changelog_order: { severity: "info", advice: "Put the version that is published first." },
  changelog_entry_empty: { severity: "warning", advice: "Say what changed, for the person who upgrades." },
  code_dynamic: { severity: "warning", advice: "Write code as code: nothing is compiled at run time." },
  code_blob: { severity: "warning", advice: "Ship data as a file of its own, or say in the README what it is." },
  code_probe: { severity: "warning", advice: "Use what the context offers; a plugin need not know where it runs." },
  code_obfuscated: { severity: "warning", advice: "Pack readable code; minified is fine, disguised is not." },
  module_fails: { severity: "error", advice: "Load the module with rbsm test; it must start without any grant." },
  name_look_alike: { severity: "warning", advice: "Choose a name that nobody takes for another plugin." },
  display_name_look_alike: {
    severity: "warning",
    advice: "Choose a display name that nobody takes for another plugin.",
  },
  icon_look_alike: { severity: "warning", advice: "Draw an icon of your own." },
  capability_growth: {
    severity: "warning",
    advice: "Say in the change log why the plugin needs it; people are asked again.",
  },
  dependency_unresolved: { severity: "warning", advice: "Publish what is needed first, or widen the range." },
  dependency_blocked: { severity: "error", advice: "Depend on another plugin: this one was taken out." },
  dependency_standing: { severity: "warning", advice: "The plugin it needs is held back; wait, or depend on another." },
  license_text: { severity: "warning", advice: "Put the full text of the named license into LICENSE." },
  image_undecodable: { severity: "warning", advice: "Save the picture again as a plain PNG." },
  size_growth: { severity: "warning", advice: "Say in the change log what became so large." },
  provenance_stated: { severity: "info", advice: "Nothing to do: this is the build that uploaded it." },
  size_near_limit: { severity: "warning", advice: "Make it smaller before the limit stops an urgent fix." },
} as const satisfies Record<string, { readonly severity: Severity; readonly advice: string }>;
export type FindingRule = keyof typeof FINDING_RULES;

/** Rules whose words would teach how to get around them: publishers see the rule and the advice. */
export const QUIET_RULES: ReadonlySet<string> = new Set<FindingRule>([
  "code_dynamic",
  "code_blob",
  "code_probe",
  "code_obfuscated",
]);
