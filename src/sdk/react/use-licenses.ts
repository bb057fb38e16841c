import type { LicenseAnswer, LicenseQuestion, LicenseRequest, MarketplaceLicense } from "../client/index.ts";
import { keys, type Reading, useAction, useQuery } from "./query.ts";

/** What {@link usePluginLicenses} returns. */
export interface UsePluginLicenses extends Reading {
  readonly licenses: readonly MarketplaceLicense[];
  readonly generateLicense: (request: LicenseRequest) => Promise<MarketplaceLicense>;
  readonly verifyLicense: (question: LicenseQuestion) => Promise<LicenseAnswer>;
  readonly revokeLicense: (wish: {
    readonly licenseKey: string;
    readonly reason: string;
  }) => Promise<MarketplaceLicense>;
  readonly transferLicense: (wish: {
    readonly licenseKey: string;
    readonly newUserId: string;
  }) => Promise<MarketplaceLicense>;
  readonly isGeneratingLicense: boolean;
  readonly isVerifyingLicense: boolean;
  readonly isRevokingLicense: boolean;
  readonly isTransferringLicense: boolean;
}

/** Licenses of one of the instance's users. */
export function usePluginLicenses(userId?: string): UsePluginLicenses {
  const { data, isLoading, error, refetch } = useQuery(keys.licenses(userId), (client, signal) =>
    client.getUserLicenses(userId, { signal }),
  );
  const [generateLicense, isGeneratingLicense] = useAction(
    (client, request: LicenseRequest) => client.generateLicense(request),
    "licenses",
  );
  const [verifyLicense, isVerifyingLicense] = useAction((client, question: LicenseQuestion) =>
    client.verifyLicense(question),
  );
  const [revokeLicense, isRevokingLicense] = useAction(
    (client, { licenseKey, reason }: { readonly licenseKey: string; readonly reason: string }) =>
      client.revokeLicense(licenseKey, reason),
    "licenses",
    "installations",
  );
  const [transferLicense, isTransferringLicense] = useAction(
    (client, { licenseKey, newUserId }: { readonly licenseKey: string; readonly newUserId: string }) =>
      client.transferLicense(licenseKey, newUserId),
    "licenses",
    "installations",
  );
  return {
    licenses: data ?? NONE,
    isLoading,
    error,
    refetch,
    generateLicense,
    verifyLicense,
    revokeLicense,
    transferLicense,
    isGeneratingLicense,
    isVerifyingLicense,
    isRevokingLicense,
    isTransferringLicense,
  };
}

const NONE: readonly MarketplaceLicense[] = [];
