import type { InstallPlan } from "../../market/console/plan-install.ts";
import { permissionWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { CONSENT_WORDS } from "./consent-words.ts";
import { Mark } from "./parts.tsx";

interface ConsentProps {
  readonly permissions: InstallPlan["permissions"];
  readonly egress: InstallPlan["egress"];
  readonly events: readonly string[];
  /** Codes that are ticked, beside the required ones. */
  readonly chosen: readonly string[];
  /** Codes that nobody granted before; null on a first installation. */
  readonly fresh?: readonly string[];
}

/** The boxes of a consent: required ones are said, optional ones are asked. */
export function ConsentFields({ permissions, egress, events, chosen, fresh = [] }: ConsentProps) {
  const words = wordsOf(CONSENT_WORDS);
  const required = permissions.filter((permission) => permission.required);
  const optional = permissions.filter((permission) => !permission.required);
  return (
    <>
      {permissions.length === 0 ? <p>{words.none}</p> : null}
      {required.length === 0 ? null : (
        <fieldset>
          <legend class="text-lg font-semibold">{words.required}</legend>
          <ul class="mt-2 divide-y divide-border">
            {required.map(({ code, description }) => (
              <li class="py-3">
                <input type="hidden" name="grant" value={code} />
                <PermissionWords code={code} description={description} isFresh={fresh.includes(code)} />
              </li>
            ))}
          </ul>
        </fieldset>
      )}
      {optional.length === 0 ? null : (
        <fieldset>
          <legend class="text-lg font-semibold">{words.optional}</legend>
          <div class="mt-2 divide-y divide-border">
            {optional.map(({ code, description }) => (
              <label class="flex min-h-11 cursor-pointer items-start gap-3 py-3">
                <input
                  type="checkbox"
                  class="mt-1 size-5 shrink-0"
                  name="grant"
                  value={code}
                  checked={chosen.includes(code)}
                />
                <PermissionWords code={code} description={description} isFresh={fresh.includes(code)} />
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <div>
        <h2 class="text-lg font-semibold">{words.servers}</h2>
        {egress.length === 0 ? (
          <p class="mt-1 text-muted-foreground">{words.noServers}</p>
        ) : (
          <ul class="mt-2 grid gap-2">
            {egress.map(({ host, reason }) => (
              <li>
                <span class="font-medium">{host}</span>
                <span class="block text-sm text-muted-foreground" dir="auto">
                  {reason}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {events.length === 0 ? null : (
        <div>
          <h2 class="text-lg font-semibold">{words.events}</h2>
          <p class="mt-1">
            {events.map((event, index) => (
              <>
                {index > 0 ? ", " : ""}
                <code>{event}</code>
              </>
            ))}
          </p>
        </div>
      )}
    </>
  );
}

function PermissionWords({
  code,
  description,
  isFresh,
}: {
  code: InstallPlan["permissions"][number]["code"];
  description: string;
  isFresh: boolean;
}) {
  const { title, sentence } = permissionWords(code);
  const words = wordsOf(CONSENT_WORDS);
  return (
    <span class="min-w-0">
      <span class="font-medium">{title}</span> {isFresh ? <Mark tone="info">{words.fresh}</Mark> : null}
      <span class="block text-sm text-muted-foreground">{sentence}</span>
      {description === "" ? null : (
        <span class="block text-sm">
          {words.publisherSays} <q dir="auto">{description}</q>
        </span>
      )}
    </span>
  );
}
