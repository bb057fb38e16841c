/** Every address of the site, as functions. Absolute paths below the origin; parts are percent-encoded here and only here. */
export const paths = {
  home: () => "/",
  plugins: () => "/plugins",
  /** `{name}` or the decimal id, which answers 308 to the name. */
  plugin: (name: string) => `/plugins/${encodeURIComponent(name)}`,
  release: (name: string, version: string) => `/plugins/${encodeURIComponent(name)}/${encodeURIComponent(version)}`,
  problem: (code: string) => `/problems/${encodeURIComponent(code)}`,
  imprint: () => "/impressum",
  privacy: () => "/datenschutz",
  terms: () => "/agb",
  /** One file of a published bundle; `path` as it stands in the bundle. */
  file: (sha256: string, path: string) => `/f/${sha256}/${path.split("/").map(encodeURIComponent).join("/")}`,
  bundle: (sha256: string) => `/bundles/${sha256}.rbsm`,
  /** Statement and receipt of a published release, as JSON. */
  signatures: (id: string, version: string) => `/v1/plugins/${id}/versions/${encodeURIComponent(version)}/release`,
  /** The pinned list of receipt keys. */
  trust: () => "/.well-known/rbsm-trust.json",
  openapi: () => "/v1/openapi.json",
  asset: (file: string) => `/assets/${file}`,
} as const;
