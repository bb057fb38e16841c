/** A bought right. `status` is the host's view of it. */
export interface MarketplaceLicense {
  readonly id: string;
  readonly uuid: string;
  /** Only to the instance the license belongs to, and at issue. */
  readonly licenseKey?: string | undefined;
  readonly keyHint?: string | undefined;
  readonly pluginId: string;
  readonly userId: string;
  readonly type: "trial" | "basic" | "premium" | "enterprise";
  readonly tier: "free" | "trial" | "basic" | "premium" | "enterprise";
  readonly status: "active" | "expired" | "revoked" | "suspended";
  readonly issuedAt: string;
  readonly expiresAt?: string | undefined;
  readonly lastVerified?: string | undefined;
  readonly hardwareId?: string | undefined;
  /** −1 is unlimited. */
  readonly maxInstalls: number;
  readonly currentInstalls: number;
  readonly usageLimits?:
    | {
        readonly apiCalls: number;
        readonly storage: number;
        readonly users: number;
        readonly features: readonly string[];
      }
    | undefined;
  readonly usageData?: { readonly apiCalls: number; readonly storage: number } | undefined;
}

/** What a license is asked for. An instance gets free and trial; a publisher any tier for a named instance. */
export interface LicenseRequest {
  readonly pluginId: string;
  /** The instance's own user. */
  readonly userId: string;
  readonly type: MarketplaceLicense["tier"];
  readonly instanceId?: string;
  /** ISO 8601; only shortens. */
  readonly expiresAt?: string;
  readonly hardwareId?: string;
  /** Only lowers what the tier gives. */
  readonly maxInstalls?: number;
}

/** May this key be used for this plugin on this hardware? */
export interface LicenseQuestion {
  readonly licenseKey: string;
  readonly pluginId: string;
  readonly hardwareId: string;
}

/** The answer; `valid` always carries `license`. */
export interface LicenseAnswer {
  readonly valid: boolean;
  readonly license?: MarketplaceLicense | undefined;
  readonly error?: string | undefined;
  readonly code: string;
  readonly lease?: string | undefined;
}

/** A plugin on a device. */
export interface PluginInstallation {
  readonly id: string;
  /** `act_…`: what other calls name it by. */
  readonly activationId: string;
  /** The instance's own uuid. */
  readonly installationId: string;
  readonly pluginId: string;
  readonly pluginName: string;
  readonly licenseId: string;
  readonly userId: string;
  readonly hardwareId?: string | undefined;
  readonly version: string;
  readonly status: "active" | "inactive" | "uninstalled";
  readonly isLive: boolean;
  readonly lastHeartbeat: string;
  readonly installedAt: string;
  readonly uninstalledAt?: string | undefined;
  readonly leaseUntil: string;
  readonly seat: { readonly class: "paid" | "dev"; readonly overage: boolean; readonly generation: number };
  readonly license: { readonly status: string; readonly type: string; readonly expiresAt?: string | undefined };
}

/** Installing: a seat, and the admin's consent under which the plugin runs. */
export interface InstallRequest {
  readonly pluginId: string;
  readonly licenseKey: string;
  /** 64 hex characters. */
  readonly hardwareId: string;
  /** The newest where left out. */
  readonly version?: string;
  readonly installationId?: string;
  /** What the admin agreed to. Without it the seat is taken and nothing ever runs. */
  readonly grantedPermissions?: readonly string[];
  /** Of the version the admin saw; left out, the version's own is read, which binds consent to what is there now. */
  readonly closureDigest?: string;
  readonly env?: "production" | "staging" | "development";
}

/** A seat with its signed lease. */
export interface ActivatedInstallation {
  readonly code: string;
  readonly class: "ok" | "conclusive" | "action" | "retryable";
  readonly message: string;
  readonly activationId: string;
  readonly installationId: string;
  readonly lease: string;
  readonly refreshAfter: string;
  readonly validUntil: string;
  readonly nextHeartbeatSeconds: number;
  readonly warnings: readonly string[];
}

/** What a heartbeat brings back. */
export interface Heartbeat {
  readonly installationId: string;
  readonly activationId: string;
  readonly lastHeartbeat: string;
  readonly nextHeartbeatSeconds: number;
  readonly license: { readonly status: string; readonly expiresAt?: string | undefined; readonly valid: boolean };
  readonly commands: readonly unknown[];
  readonly code: string;
  readonly class: "ok" | "conclusive" | "action" | "retryable";
  readonly lease?: string | undefined;
  readonly verdict?: string | undefined;
}

/** One run of a plugin. */
export interface PluginExecution {
  readonly id: string;
  readonly installationId: string;
  readonly action: string;
  readonly status: "success" | "error" | "pending";
  readonly outcome: string;
  readonly version: string;
  /** Milliseconds. */
  readonly duration?: number | undefined;
  readonly resourceUsage: { readonly apiCalls: number };
  readonly errorMessage?: string | undefined;
  readonly executedAt: string;
  readonly calls: { readonly [method: string]: number };
  readonly denied: { readonly [method: string]: number };
  readonly logs: readonly { readonly level: string; readonly text: string }[];
}

/** A page of runs, newest first. */
export interface ExecutionPage {
  readonly data: readonly PluginExecution[];
  readonly total: number;
  readonly page: number;
  readonly limit: number;
}
