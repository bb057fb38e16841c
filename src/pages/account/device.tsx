import { accountPaths } from "../../contract/account/paths.ts";
import type { Scope } from "../../domain/account/scopes.ts";
import type { DeviceRequest } from "../../market/account/people-ports.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Column, Field, Refused, Time } from "./form-parts.tsx";
import { ACCOUNT } from "./words.ts";

export function DeviceCodePage({ problem }: { problem?: string }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Shell title={`${words.letIn} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={words.letIn} lead={words.letInLead}>
        <Refused problem={problem} />
        <form class="card mt-8 p-6" method="get" action={accountPaths.device()}>
          <Field id="code" label={words.toolCode} max={12} hint={words.toolCodeHint} />
          <button type="submit" class="button mt-4">
            {words.goOn}
          </button>
        </form>
      </Column>
    </Shell>
  );
}

/** What is asked, from where; whoever did not ask should say no. */
export function DevicePage({
  request,
  code,
}: {
  request: DeviceRequest & { readonly granted: readonly Scope[] };
  code: string;
}) {
  const words = wordsOf(ACCOUNT);
  const { client, granted, address, createdAt } = request;
  return (
    <Shell title={`${words.letThisIn} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={words.letThisIn} lead={words.letThisInLead}>
        <div class="card mt-8 p-6">
          <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <dt class="text-muted-foreground">{words.callsItself}</dt>
            <dd class="font-medium">{client}</dd>
            <dt class="text-muted-foreground">{words.askedFrom}</dt>
            <dd>{address ?? words.anUnknownAddress}</dd>
            <dt class="text-muted-foreground">{words.askedAt}</dt>
            <dd>
              <Time at={createdAt} />
            </dd>
          </dl>
          <p class="mt-5 text-sm font-medium">{words.mayFor}</p>
          <ul class="mt-2 list-disc pl-5 text-sm">
            {granted.map((scope) => (
              <li>{words.scopes[scope]}</li>
            ))}
            {granted.length === 0 ? <li>{words.mayNothing}</li> : null}
          </ul>
          <form class="mt-6 flex flex-wrap gap-3" method="post" action={accountPaths.device()}>
            <input type="hidden" name="code" value={code} />
            <button type="submit" class="button" name="decision" value="approve">
              {words.yes}
            </button>
            <button type="submit" class="button button-quiet" name="decision" value="deny">
              {words.no}
            </button>
          </form>
        </div>
      </Column>
    </Shell>
  );
}

export function DeviceDonePage({ isApproved }: { isApproved: boolean }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Shell title={`${words.done} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column
        title={isApproved ? words.isIn : words.staysOut}
        lead={isApproved ? words.isInLead : words.staysOutLead}
      />
    </Shell>
  );
}
