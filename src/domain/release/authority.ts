import type { Principal } from "../account/principal.ts";

/** What a caller may do about releases and plugins, before asking which publishers it stands for. */
export interface PublishAuthority {
  readonly actor: { readonly kind: "account" | "instance"; readonly id: string };
  /** An instance acts for this publisher only; an account for those it is a member of. */
  readonly onlyPublisherId: string | null;
  readonly mayStage: boolean;
  /** False: a statement that comes along still waits at the `approval` gate. */
  readonly mayPublish: boolean;
  readonly mayCreate: boolean;
  readonly mayEdit: boolean;
  /** Plugin names the credential is limited to; null = all. */
  readonly plugins: readonly string[] | null;
}

/** A `ci` token can only stage, whatever scopes were written into it: a leaked build machine publishes nothing. */
export function publishAuthority(principal: Principal): PublishAuthority | null {
  if (principal.kind === "anonymous") return null;
  if (principal.kind === "instance") {
    if (principal.publisherId === null) return null;
    return {
      actor: { kind: "instance", id: principal.instanceId },
      onlyPublisherId: principal.publisherId,
      mayStage: true,
      mayPublish: false,
      mayCreate: true,
      mayEdit: true,
      plugins: null,
    };
  }
  const { kind, scopes, plugins } = principal.token;
  const isFull = kind !== "ci";
  const mayPublish = isFull && scopes.includes("release:publish");
  return {
    actor: { kind: "account", id: principal.accountId },
    onlyPublisherId: null,
    mayStage: mayPublish || scopes.includes("release:stage"),
    mayPublish,
    mayCreate: isFull && scopes.includes("plugin:create"),
    mayEdit: isFull && scopes.includes("plugin:edit"),
    plugins,
  };
}

export function coversPlugin(authority: PublishAuthority, name: string): boolean {
  return authority.plugins === null || authority.plugins.includes(name);
}

/** Desk rights live on `adm` tokens alone. */
export function mayReview(principal: Principal): principal is Extract<Principal, { kind: "account" }> {
  return (
    principal.kind === "account" && principal.token.kind === "adm" && principal.token.scopes.includes("desk:review")
  );
}
