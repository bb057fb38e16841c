/** A publisher's handle: 2–39 characters. */
export const HANDLE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
export const MIN_HANDLE = 2;
export const MAX_HANDLE = 39;

export const ROLES = ["owner", "maintainer", "developer", "analyst", "billing"] as const;
export type Role = (typeof ROLES)[number];
