// Checked by the compiler, never run: what the contract answers fits what the client promises, and the other way for bodies.
import type * as z from "zod";
import type { CATALOGUE_OPERATIONS } from "../../../src/contract/catalogue/operations.ts";
import type { EXECUTION_OPERATIONS } from "../../../src/contract/execution/operations.ts";
import type { LICENSE_OPERATIONS } from "../../../src/contract/license/operations.ts";
import type * as shapes from "../../../src/sdk/client/index.ts";

type Operations = typeof CATALOGUE_OPERATIONS & typeof LICENSE_OPERATIONS & typeof EXECUTION_OPERATIONS;
type Answer<N extends keyof Operations> = Operations[N]["answers"] extends { readonly 200: infer S extends z.ZodType }
  ? z.output<S>
  : Operations[N]["answers"] extends { readonly 201: infer S extends z.ZodType }
    ? z.output<S>
    : never;
type Body<N extends keyof Operations> = Operations[N] extends { readonly body: { readonly schema: infer S } }
  ? S extends z.ZodType
    ? z.input<S>
    : never
  : never;
type Fits<Given extends Wanted, Wanted> = Given;
/** Mutable arrays of the schemas take what the client hands over read-only. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export type Answers = [
  Fits<Answer<"getPlugin">, shapes.MarketplacePlugin>,
  Fits<Answer<"listPlugins">, shapes.Listed<shapes.MarketplacePlugin>>,
  Fits<Answer<"listVersions">, shapes.PluginVersions>,
  Fits<Answer<"getVersion">, shapes.PluginVersion>,
  Fits<Answer<"getPluginStats">, shapes.PluginStats>,
  Fits<Answer<"getStats">, shapes.MarketplaceStats>,
  Fits<Answer<"listReviews">, shapes.Listed<shapes.PluginReview>>,
  Fits<Answer<"issueLicense">, shapes.MarketplaceLicense>,
  Fits<Answer<"verifyLicense">, shapes.LicenseAnswer>,
  Fits<Answer<"showInstallation">, shapes.PluginInstallation>,
  Fits<Answer<"activate">, shapes.ActivatedInstallation>,
  Fits<Answer<"beat">, shapes.Heartbeat>,
  Fits<Answer<"listExecutions">, shapes.ExecutionPage>,
];
export type Bodies = [
  Fits<shapes.LicenseRequest, Frozen<Body<"issueLicense">>>,
  Fits<shapes.LicenseQuestion, Frozen<Body<"verifyLicense">>>,
  Fits<Required<Pick<shapes.InstallRequest, "version">> & shapes.InstallRequest, Frozen<Body<"activate">>>,
];
