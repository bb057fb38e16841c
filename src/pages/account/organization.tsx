import { accountPaths } from "../../contract/account/paths.ts";
import { ROLES, type Role } from "../../domain/account/publisher.ts";
import type { OrganizationView } from "../../market/account/manage-organization.ts";
import type { OutgoingMail } from "../../market/account/people-ports.ts";
import { Shell } from "../shell.tsx";
import { Act, Column, Field, Section, Time } from "./form-parts.tsx";

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: "members, keys, transfer, and everything else",
  maintainer: "publishes, withdraws, deprecates",
  developer: "uploads, changes listings, answers reviews",
  analyst: "reads statistics",
  billing: "statistics, payouts and prices",
};

/** `/account/organizations/{handle}`: who is in it. Owners change that; anybody may leave. */
export function OrganizationPage({ view, myself }: { view: OrganizationView; myself: string }) {
  const { membership, members, invitations, hasKey } = view;
  const { handle, displayName, role } = membership;
  const isOwner = role === "owner";
  return (
    <Shell title={`${displayName} – Rising BSM Marketplace`} isHidden at="account">
      <div class="wrap max-w-4xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">{displayName}</h1>
        <p class="mt-1 text-muted-foreground">
          {handle} · you are {role}
        </p>
        <Section id="members" title="Members">
          <ul class="divide-y divide-border">
            {members.map((member) => (
              <li class="flex flex-wrap items-center justify-between gap-3 py-4">
                <div class="min-w-0">
                  <p class="font-medium">{member.name}</p>
                  <p class="text-sm text-muted-foreground">
                    {isOwner && member.email !== null ? `${member.email} · ` : ""}
                    {member.role} since <Time at={member.since} />
                  </p>
                </div>
                <div class="flex flex-wrap items-center gap-2">
                  {isOwner ? (
                    <form
                      class="flex items-center gap-2"
                      method="post"
                      action={accountPaths.organizationMember(handle)}
                    >
                      <input type="hidden" name="member" value={member.accountId} />
                      <RoleSelect
                        id={`role-${member.accountId}`}
                        label={`Role of ${member.name}`}
                        value={member.role}
                      />
                      <button type="submit" class="button button-quiet">
                        Change
                      </button>
                    </form>
                  ) : null}
                  {isOwner || member.accountId === myself ? (
                    <Act
                      to={accountPaths.organizationMember(handle)}
                      fields={{ member: member.accountId, role: "none" }}
                    >
                      {member.accountId === myself ? "Leave" : "Remove"}
                    </Act>
                  ) : null}
                </div>
              </li>
            ))}
          </ul>
        </Section>
        {isOwner && !hasKey ? (
          <Section id="key" title="Signing key">
            <p class="mb-4 text-muted-foreground">
              Releases are signed with a key that stays on your machine. This organization has none yet.
            </p>
            <Act to={accountPaths.organizationKey(handle)} fields={{}}>
              Enroll the first key
            </Act>
          </Section>
        ) : null}
        {isOwner ? (
          <Section id="invitations" title="Invitations">
            <ul class="divide-y divide-border">
              {invitations.map((invitation) => (
                <li class="flex flex-wrap items-center justify-between gap-3 py-3">
                  <p>
                    {invitation.email}{" "}
                    <span class="text-sm text-muted-foreground">
                      {invitation.role}, until <Time at={invitation.expiresAt} />
                    </span>
                  </p>
                  <Act to={accountPaths.organizationWithdraw(handle)} fields={{ id: invitation.codeHash }}>
                    Withdraw
                  </Act>
                </li>
              ))}
            </ul>
            <form
              class="mt-4 flex flex-wrap items-end gap-4"
              method="post"
              action={accountPaths.organizationInvite(handle)}
            >
              <Field id="email" label="E-mail address" type="email" max={254} />
              <RoleSelect id="role" label="Role" value="developer" isLabelled />
              <button type="submit" class="button">
                Invite
              </button>
            </form>
            <dl class="mt-6 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm text-muted-foreground">
              {ROLES.map((one) => (
                <>
                  <dt class="font-medium">{one}</dt>
                  <dd>{ROLE_WORDS[one]}</dd>
                </>
              ))}
            </dl>
          </Section>
        ) : null}
      </div>
    </Shell>
  );
}

function RoleSelect({
  id,
  label,
  value,
  isLabelled = false,
}: {
  id: string;
  label: string;
  value: Role;
  isLabelled?: boolean;
}) {
  return (
    <div>
      <label class={isLabelled ? "mb-1.5 block text-sm font-medium" : "sr-only"} for={id}>
        {label}
      </label>
      <select id={id} name="role" class="field w-auto">
        {ROLES.map((role) => (
          <option value={role} selected={role === value}>
            {role}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Shown once: what the organization's first signing key is enrolled with. */
export function KeyNoncePage({ handle, nonce }: { handle: string; nonce: string }) {
  return (
    <Shell title={`First key of ${handle} – Rising BSM Marketplace`} isHidden at="account">
      <Column
        title="Enroll the first key"
        lead="Run this within ten minutes, where the key is. The key itself stays with you."
      >
        <pre class="card mt-8 whitespace-pre-wrap p-6 font-mono text-sm">
          {`rbsm keys create\nrbsm keys enroll ${handle} --nonce ${nonce}`}
        </pre>
        <p class="mt-6">
          <a class="link" href={accountPaths.organization(handle)}>
            Back to {handle}
          </a>
        </p>
      </Column>
    </Shell>
  );
}

/** `/desk/mail`: no mail service is configured, so operators hand links on by other means. */
export function OutboxPage({ mails }: { mails: readonly (OutgoingMail & { readonly at: number })[] }) {
  return (
    <Shell title="Outbox – Rising BSM Marketplace" isHidden at="account">
      <div class="wrap max-w-4xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">Outbox</h1>
        <p class="mt-3 text-muted-foreground">
          This marketplace sends no mail. What it would have sent stands here; links work once.
        </p>
        <ul class="mt-8 flex flex-col gap-4">
          {mails.map((mail) => (
            <li class="card p-6">
              <p class="font-medium">{mail.subject}</p>
              <p class="text-sm text-muted-foreground">
                {mail.to} · <Time at={mail.at} />
              </p>
              <p class="mt-3 whitespace-pre-wrap text-sm">{mail.body}</p>
            </li>
          ))}
        </ul>
      </div>
    </Shell>
  );
}
