/** What the account use cases need of storage. */
// biome-ignore lint/suspicious/noEmptyInterface: grows with the first use case
export interface AccountStore {}
