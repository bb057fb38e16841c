/** What the catalogue use cases need of storage. */
// biome-ignore lint/suspicious/noEmptyInterface: grows with the first use case
export interface CatalogueStore {}
