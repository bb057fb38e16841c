import * as z from "zod";
import { HANDLE, MAX_HANDLE, MIN_HANDLE, ROLES, type Role } from "../../domain/account/publisher.ts";
import { SCOPES, type Scope } from "../../domain/account/scopes.ts";
import { ONE_LINE } from "./one-line.ts";

/** What people type into forms is judged as the API judges the same values. */
export function isName(text: string): boolean {
  return ONE_LINE.safeParse(text).success;
}

export function isEmail(text: string): boolean {
  return z.email().max(254).safeParse(text).success;
}

export function isHandle(text: string): boolean {
  return text.length >= MIN_HANDLE && text.length <= MAX_HANDLE && HANDLE.test(text);
}

export function readRole(text: string | null): Role | null {
  return ROLES.find((role) => role === text) ?? null;
}

export function readScopes(texts: readonly string[]): readonly Scope[] {
  return SCOPES.filter((scope) => texts.includes(scope));
}
