import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { OwnListing } from "../../market/publisher/ports.ts";
import { Section } from "../account/form-parts.tsx";
import { Facts, Input, Mark } from "../console/parts.tsx";
import { permissionWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { holds } from "./on-publish.ts";
import { PLUGIN_WORDS } from "./plugin-words.ts";
import type { PluginFormProps } from "./tab-form.tsx";

/** What the bundle declares, as every admin will see it; nothing of it is changed here. */
export function PermissionsTab({ listing: { manifest } }: { listing: OwnListing }) {
  const words = wordsOf(PLUGIN_WORDS);
  return (
    <div class="card mt-6 p-6">
      <p class="text-muted-foreground">{words.permissionsText}</p>
      {manifest.permissions.length === 0 ? <p class="mt-3">{words.noPermissions}</p> : null}
      <ul class="mt-3 divide-y divide-border">
        {manifest.permissions.map(({ code, description, required }) => (
          <li class="py-3">
            <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span class="font-semibold">{permissionWords(code).title}</span>
              <code class="font-mono text-sm text-muted-foreground">{code}</code>
              <Mark tone={required ? "info" : "quiet"}>{required ? words.required : words.optional}</Mark>
            </p>
            <p class="mt-1 text-sm">{description}</p>
          </li>
        ))}
      </ul>
      <h2 class="mt-6 font-semibold">{words.egress}</h2>
      {manifest.egress.length === 0 ? <p class="mt-1 text-muted-foreground">{words.noEgress}</p> : null}
      <ul class="mt-1">
        {manifest.egress.map(({ host, reason }) => (
          <li>
            <code class="font-mono">{host}</code> <span class="text-muted-foreground">{reason}</span>
          </li>
        ))}
      </ul>
      <h2 class="mt-6 font-semibold">{words.events}</h2>
      <p class="mt-1 font-mono text-sm">{manifest.events.map(({ on }) => on).join(", ") || words.noEvents}</p>
    </div>
  );
}

export function LinksTab({ listing: { manifest } }: { listing: OwnListing }) {
  const words = wordsOf(PLUGIN_WORDS);
  const link = (url: string | undefined) =>
    url === undefined ? (
      words.nothing
    ) : (
      <a class="link" href={url} rel="noopener nofollow">
        {url}
      </a>
    );
  return (
    <div class="card mt-6 p-6">
      <p class="mb-4 text-muted-foreground">{words.linksText}</p>
      <Facts
        rows={[
          [words.homepage, link(manifest.homepage)],
          [words.repository, link(manifest.repository)],
          [words.support, manifest.support.email ?? link(manifest.support.url)],
          [words.security, manifest.security],
          [words.license, manifest.license],
        ]}
      />
    </div>
  );
}

/** Off the shelves for a while, or off the lists for good. */
export function DangerTab({ seat, listing, typed, problem }: PluginFormProps) {
  const words = wordsOf(PLUGIN_WORDS);
  const { handle } = seat.member;
  const to = publisherPaths.edit(handle, listing.name, "danger");
  return (
    <>
      {listing.suspension === null ? (
        <Section id="suspend" title={words.suspend}>
          <p class="text-muted-foreground">{words.suspendText}</p>
          <form class="mt-4 grid gap-4" method="post" action={to}>
            <Input
              id="reason"
              label={words.reason}
              hint={words.reasonHint}
              max={500}
              value={typed?.get("reason") ?? ""}
              problem={problem}
            />
            <div>
              <button type="submit" class="button button-quiet" name="act" value="suspend">
                {words.suspend}
              </button>
            </div>
          </form>
        </Section>
      ) : (
        <Section id="resume" title={words.resume}>
          <p class="text-muted-foreground">{words.resumeText}</p>
          <form class="mt-4" method="post" action={to}>
            <button type="submit" class="button" name="act" value="resume">
              {words.resume}
            </button>
          </form>
        </Section>
      )}
      <Section id="delist" title={words.delist}>
        <p class="text-muted-foreground">{words.delistText}</p>
        {holds(seat, "administer") ? (
          <form class="mt-4 grid gap-4" method="post" action={to}>
            <Input
              id="confirm"
              label={words.delistConfirm(listing.name)}
              max={50}
              value={typed?.get("confirm") ?? ""}
              problem={problem}
            />
            <div>
              <button type="submit" class="button button-quiet text-destructive" name="act" value="delist">
                {words.delist}
              </button>
            </div>
          </form>
        ) : (
          <p class="mt-3 font-medium">{words.ownerOnly}</p>
        )}
      </Section>
    </>
  );
}
