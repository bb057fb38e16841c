/** What a token may do. The last two exist on `adm` tokens alone; a `ci` token can only stage. */
export const SCOPES = [
  "release:stage",
  "release:publish",
  "release:yank",
  "plugin:create",
  "plugin:edit",
  "license:issue",
  "instance:manage",
  "key:read",
  "stats:read",
  "webhook:manage",
  "token:manage",
  "desk:accounts",
  "desk:review",
] as const;
export type Scope = (typeof SCOPES)[number];

export const TOKEN_KINDS = ["pat", "ci", "adm"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];
