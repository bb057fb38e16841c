import { accountPaths } from "../../contract/account/paths.ts";
import type { Scope } from "../../domain/account/scopes.ts";
import type { DeviceRequest } from "../../market/account/people-ports.ts";
import { Shell } from "../shell.tsx";
import { Column, Field, Refused, Time } from "./form-parts.tsx";
import { SCOPE_WORDS } from "./tokens.tsx";

export function DeviceCodePage({ problem }: { problem?: string }) {
  return (
    <Shell title="Let a tool in – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column title="Let a tool in" lead="Type the code that the tool shows you.">
        <Refused problem={problem} />
        <form class="card mt-8 p-6" method="get" action={accountPaths.device()}>
          <Field id="code" label="Code" max={12} hint="Eight letters, as XXXX-XXXX" />
          <button type="submit" class="button mt-4">
            Go on
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
  const { client, granted, address, createdAt } = request;
  return (
    <Shell title="Let this tool in? – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column
        title="Let this tool in?"
        lead="Only if you started it yourself, just now. Nobody from the marketplace ever asks you to type a code."
      >
        <div class="card mt-8 p-6">
          <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <dt class="text-muted-foreground">It calls itself</dt>
            <dd class="font-medium">{client}</dd>
            <dt class="text-muted-foreground">Asked from</dt>
            <dd>{address ?? "an unknown address"}</dd>
            <dt class="text-muted-foreground">Asked at</dt>
            <dd>
              <Time at={createdAt} />
            </dd>
          </dl>
          <p class="mt-5 text-sm font-medium">For 90 days it may, in your name:</p>
          <ul class="mt-2 list-disc pl-5 text-sm">
            {granted.map((scope) => (
              <li>{SCOPE_WORDS[scope]}</li>
            ))}
            {granted.length === 0 ? <li>nothing: you have none of the rights it asks for</li> : null}
          </ul>
          <form class="mt-6 flex flex-wrap gap-3" method="post" action={accountPaths.device()}>
            <input type="hidden" name="code" value={code} />
            <button type="submit" class="button" name="decision" value="approve">
              Let it in
            </button>
            <button type="submit" class="button button-quiet" name="decision" value="deny">
              No
            </button>
          </form>
        </div>
      </Column>
    </Shell>
  );
}

export function DeviceDonePage({ isApproved }: { isApproved: boolean }) {
  return (
    <Shell title="Done – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column
        title={isApproved ? "The tool is in" : "The tool stays out"}
        lead={
          isApproved ? "Go back to it. Its token stands among yours, where you can revoke it." : "Its code is void now."
        }
      />
    </Shell>
  );
}
