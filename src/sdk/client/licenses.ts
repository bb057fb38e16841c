import type {
  ActivatedInstallation,
  ExecutionPage,
  Heartbeat,
  InstallRequest,
  LicenseAnswer,
  LicenseQuestion,
  LicenseRequest,
  MarketplaceLicense,
  PluginInstallation,
} from "./license-shapes.ts";
import { at, type CallOptions, type Line } from "./line.ts";
import type { Listed, MarketplacePlugin, PluginVersion } from "./shapes.ts";

/** The part of the client that is about licenses and installations. `userId` names the instance's own users. */
export function licenseCalls(line: Line, clock: { now(): number }, ownUser: string | undefined) {
  const userOf = (userId: string | undefined): string => {
    const user = userId ?? ownUser;
    if (user === undefined) throw new Error("Whose licenses? Pass a userId, or give the client one.");
    return user;
  };

  return {
    /** Licenses of one of the instance's users, with their keys. */
    getUserLicenses: async (userId?: string, options?: CallOptions) =>
      line.json<readonly MarketplaceLicense[]>({ method: "GET", path: at`/users/${userOf(userId)}/licenses` }, options),
    generateLicense: (request: LicenseRequest, options?: CallOptions) =>
      line.json<MarketplaceLicense>({ method: "POST", path: "/licenses", body: request }, options),
    /** Every business answer is a value: look at `valid`. */
    verifyLicense: (question: LicenseQuestion, options?: CallOptions) =>
      line.json<LicenseAnswer>(
        { method: "POST", path: "/licenses/verify", body: { ...question, timestamp: clock.now() } },
        options,
      ),
    revokeLicense: (licenseKey: string, reason: string, options?: CallOptions) =>
      line.json<MarketplaceLicense>(
        { method: "POST", path: at`/licenses/${licenseKey}/revoke`, body: { reason } },
        options,
      ),
    /** To another user of the instance; frees the license's devices. */
    transferLicense: (licenseKey: string, newUserId: string, options?: CallOptions) =>
      line.json<MarketplaceLicense>(
        { method: "POST", path: at`/licenses/${licenseKey}/transfer`, body: { newUserId } },
        options,
      ),
    /** Installations of the instance, or of one of its users. */
    async getUserInstallations(userId?: string, options?: CallOptions): Promise<readonly PluginInstallation[]> {
      const { data } = await line.json<Listed<PluginInstallation>>({ method: "GET", path: "/installations" }, options);
      const user = userId ?? ownUser;
      return user === undefined ? data : data.filter((installation) => installation.userId === user);
    },
    /** Takes a seat, or the same one again. What is left out is read first: the newest version, its consent digest. */
    async installPlugin(request: InstallRequest, options?: CallOptions): Promise<ActivatedInstallation> {
      const { pluginId, grantedPermissions } = request;
      const version =
        request.version ??
        (await line.json<MarketplacePlugin>({ method: "GET", path: at`/plugins/${pluginId}` }, options)).version;
      const closureDigest =
        grantedPermissions === undefined || request.closureDigest !== undefined
          ? request.closureDigest
          : (
              await line.json<PluginVersion>(
                { method: "GET", path: at`/plugins/${pluginId}/versions/${version}` },
                options,
              )
            ).closureDigest;
      const body = { ...request, version, ...(closureDigest === undefined ? {} : { closureDigest }) };
      return line.json<ActivatedInstallation>({ method: "POST", path: "/installations", body }, options);
    },
    /** The seat is free at once; repeating it changes nothing. */
    uninstallPlugin: (installationId: string, options?: CallOptions) =>
      line.json<{ readonly status: "uninstalled"; readonly uninstalledAt: string }>(
        { method: "DELETE", path: at`/installations/${installationId}` },
        options,
      ),
    updateInstallationStatus: (installationId: string, status: "active" | "inactive", options?: CallOptions) =>
      line.json<PluginInstallation>(
        { method: "PUT", path: at`/installations/${installationId}/status`, body: { status } },
        options,
      ),
    sendHeartbeat: (
      installationId: string,
      state: { readonly version?: string; readonly status?: string; readonly appVersion?: string } = {},
      options?: CallOptions,
    ) =>
      line.json<Heartbeat>(
        { method: "POST", path: at`/installations/${installationId}/heartbeat`, body: state },
        options,
      ),
    getExecutionHistory: (
      installationId: string,
      { page = 1, limit = 20 }: { readonly page?: number; readonly limit?: number } = {},
      options?: CallOptions,
    ) =>
      line.json<ExecutionPage>(
        { method: "GET", path: at`/installations/${installationId}/executions`, query: { page, limit } },
        options,
      ),
  };
}
