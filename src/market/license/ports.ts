/** What the license use cases need of storage. */
// biome-ignore lint/suspicious/noEmptyInterface: grows with the first use case
export interface LicenseStore {}
