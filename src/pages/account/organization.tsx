import { accountPaths } from "../../contract/account/paths.ts";
import { ROLES, type Role } from "../../domain/account/publisher.ts";
import type { OrganizationView } from "../../market/account/manage-organization.ts";
import type { OutgoingMail } from "../../market/account/people-ports.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Act, Column, Field, Section, Time } from "./form-parts.tsx";
import { ORGANIZATION } from "./words.ts";

/** `/account/organizations/{handle}`: who is in it. Owners change that; anybody may leave. */
export function OrganizationPage({ view, myself }: { view: OrganizationView; myself: string }) {
  const words = wordsOf(ORGANIZATION);
  const { membership, members, invitations, hasKey } = view;
  const { handle, displayName, role } = membership;
  const isOwner = role === "owner";
  return (
    <Shell title={`${displayName} – Rising BSM Marketplace`} isHidden at="account">
      <div class="wrap max-w-4xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">{displayName}</h1>
        <p class="mt-1 text-muted-foreground">
          {handle} · {words.youAre(words.roleNames[role])}
        </p>
        <Section id="members" title={words.members}>
          <ul class="divide-y divide-border">
            {members.map((member) => (
              <li class="flex flex-wrap items-center justify-between gap-3 py-4">
                <div class="min-w-0">
                  <p class="font-medium">{member.name}</p>
                  <p class="text-sm text-muted-foreground">
                    {isOwner && member.email !== null ? `${member.email} · ` : ""}
                    {words.since(words.roleNames[member.role])} <Time at={member.since} />
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
                        label={words.roleOf(member.name)}
                        value={member.role}
                      />
                      <button type="submit" class="button button-quiet">
                        {words.change}
                      </button>
                    </form>
                  ) : null}
                  {isOwner || member.accountId === myself ? (
                    <Act
                      to={accountPaths.organizationMember(handle)}
                      fields={{ member: member.accountId, role: "none" }}
                    >
                      {member.accountId === myself ? words.leave : words.remove}
                    </Act>
                  ) : null}
                </div>
              </li>
            ))}
          </ul>
        </Section>
        {isOwner && !hasKey ? (
          <Section id="key" title={words.signingKey}>
            <p class="mb-4 text-muted-foreground">{words.noKey}</p>
            <Act to={accountPaths.organizationKey(handle)} fields={{}}>
              {words.enroll}
            </Act>
          </Section>
        ) : null}
        {isOwner ? (
          <Section id="invitations" title={words.invitations}>
            <ul class="divide-y divide-border">
              {invitations.map((invitation) => (
                <li class="flex flex-wrap items-center justify-between gap-3 py-3">
                  <p>
                    {invitation.email}{" "}
                    <span class="text-sm text-muted-foreground">
                      {words.until(words.roleNames[invitation.role])} <Time at={invitation.expiresAt} />
                    </span>
                  </p>
                  <Act to={accountPaths.organizationWithdraw(handle)} fields={{ id: invitation.codeHash }}>
                    {words.withdraw}
                  </Act>
                </li>
              ))}
            </ul>
            <form
              class="mt-4 flex flex-wrap items-end gap-4"
              method="post"
              action={accountPaths.organizationInvite(handle)}
            >
              <Field id="email" label={words.email} type="email" max={254} />
              <RoleSelect id="role" label={words.role} value="developer" isLabelled />
              <button type="submit" class="button">
                {words.invite}
              </button>
            </form>
            <dl class="mt-6 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm text-muted-foreground">
              {ROLES.map((one) => (
                <>
                  <dt class="font-medium">{words.roleNames[one]}</dt>
                  <dd>{words.roles[one]}</dd>
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
  const words = wordsOf(ORGANIZATION);
  return (
    <div>
      <label class={isLabelled ? "mb-1.5 block text-sm font-medium" : "sr-only"} for={id}>
        {label}
      </label>
      <select id={id} name="role" class="field w-auto">
        {ROLES.map((role) => (
          <option value={role} selected={role === value}>
            {words.roleNames[role]}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Shown once: what the organization's first signing key is enrolled with. */
export function KeyNoncePage({ handle, nonce }: { handle: string; nonce: string }) {
  const words = wordsOf(ORGANIZATION);
  return (
    <Shell title={`${words.firstKey(handle)} – Rising BSM Marketplace`} isHidden at="account">
      <Column title={words.enroll} lead={words.enrollLead}>
        <pre class="card mt-8 whitespace-pre-wrap p-6 font-mono text-sm">
          {`rbsm keys create\nrbsm keys enroll ${handle} --nonce ${nonce}`}
        </pre>
        <p class="mt-6">
          <a class="link" href={accountPaths.organization(handle)}>
            {words.back(handle)}
          </a>
        </p>
      </Column>
    </Shell>
  );
}

/** `/desk/mail`: no mail service is configured, so operators hand links on by other means. */
export function OutboxPage({ mails }: { mails: readonly (OutgoingMail & { readonly at: number })[] }) {
  const words = wordsOf(ORGANIZATION);
  return (
    <Shell title={`${words.outbox} – Rising BSM Marketplace`} isHidden at="account">
      <div class="wrap max-w-4xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">{words.outbox}</h1>
        <p class="mt-3 text-muted-foreground">{words.outboxLead}</p>
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
