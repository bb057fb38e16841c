import { raw } from "hono/html";
import { paths } from "../../contract/paths.ts";
import { PLUGIN_TABS, type PluginTab, publisherPaths } from "../../contract/publisher/paths.ts";
import { CATEGORIES } from "../../domain/manifest/permissions.ts";
import { ErrorSummary, Facts, Input, Note, Select } from "../console/parts.tsx";
import { renderMarkdown } from "../markdown.ts";
import { categoryWords, typeWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PublishShell } from "./layout.tsx";
import { holds, type Right } from "./on-publish.ts";
import { DangerTab, LinksTab, PermissionsTab } from "./plugin-facts.tsx";
import { PicturesTab } from "./plugin-pictures.tsx";
import { PricesTab } from "./plugin-prices.tsx";
import { PLUGIN_WORDS } from "./plugin-words.ts";
import { type PluginFormProps, TabForm } from "./tab-form.tsx";

/** Whose work each part of a listing is (domain/account/README.md, Organizations). */
export const TAB_RIGHTS = {
  basics: "edit",
  description: "edit",
  pictures: "edit",
  prices: "sell",
  permissions: "see",
  links: "see",
  danger: "publish",
} as const satisfies Record<PluginTab, Right>;

/** `/publish/{handle}/plugins/{name}/edit/{tab}`: each part of a listing is a page and a form of its own. */
export function PluginFormPage(props: PluginFormProps) {
  const { seat, listing, tab, isSaved = false, problem, nonce } = props;
  const words = wordsOf(PLUGIN_WORDS);
  const { handle } = seat.member;
  return (
    <PublishShell seat={seat} title={words.editTitle(listing.displayName)} at="plugins" lead={words.editLead}>
      <nav aria-label={words.tabsLabel} class="mt-6 flex flex-wrap gap-2">
        {PLUGIN_TABS.filter((one) => holds(seat, TAB_RIGHTS[one])).map((one) => (
          <a
            href={publisherPaths.edit(handle, listing.name, one)}
            aria-current={one === tab ? "page" : undefined}
            class="inline-flex min-h-11 items-center rounded-lg border border-border px-3 text-sm font-medium text-muted-foreground hover:text-foreground aria-[current]:border-primary aria-[current]:text-foreground"
          >
            {words.tabs[one]}
          </a>
        ))}
      </nav>
      <ErrorSummary problem={problem} />
      {isSaved ? (
        <div role="status">
          <Note tone="good">{words.saved}</Note>
        </div>
      ) : null}
      <Tab {...props} />
      {FORMS.includes(tab) ? <script type="module" src={paths.asset("live-form.js")} nonce={nonce} /> : null}
    </PublishShell>
  );
}
const FORMS: readonly PluginTab[] = ["basics", "description", "pictures", "prices"];

function Tab(props: PluginFormProps) {
  const { tab, listing } = props;
  if (tab === "basics") return <BasicsTab {...props} />;
  if (tab === "description") return <DescriptionTab {...props} />;
  if (tab === "pictures") return <PicturesTab {...props} />;
  if (tab === "prices") return <PricesTab {...props} />;
  if (tab === "permissions") return <PermissionsTab listing={listing} />;
  return tab === "links" ? <LinksTab listing={listing} /> : <DangerTab {...props} />;
}

function BasicsTab(props: PluginFormProps) {
  const words = wordsOf(PLUGIN_WORDS);
  const { listing, typed, problem } = props;
  const { manifest } = listing;
  return (
    <>
      <TabForm props={props}>
        <Input
          id="displayName"
          label={words.fields.displayName}
          hint={words.fields.displayNameHint}
          max={100}
          value={typed?.get("displayName") ?? listing.displayName}
          problem={problem}
        />
        <Select
          id="category"
          label={words.fields.category}
          value={typed?.get("category") ?? listing.category}
          options={CATEGORIES.map((category) => [category, categoryWords(category).label] as const)}
        />
        <Input
          id="tags"
          label={words.fields.tags}
          hint={words.fields.tagsHint}
          max={400}
          isRequired={false}
          value={typed?.get("tags") ?? listing.tags.join(", ")}
          problem={problem}
        />
      </TabForm>
      <section class="card mt-6 p-6" aria-labelledby="fixed">
        <h2 id="fixed" class="mb-3 text-xl font-semibold">
          {words.fixed}
        </h2>
        <Facts
          rows={[
            [words.name, listing.name],
            [words.version, listing.version],
            [words.type, typeWords(manifest.type).label],
            [
              words.minApp,
              `${manifest.minAppVersion}${manifest.maxAppVersion === undefined ? "" : ` ${words.maxApp} ${manifest.maxAppVersion}`}`,
            ],
            [words.license, manifest.license],
          ]}
        />
      </section>
    </>
  );
}

function DescriptionTab(props: PluginFormProps) {
  const words = wordsOf(PLUGIN_WORDS);
  const { seat, listing, typed, problem } = props;
  const markdown = typed?.get("readme") ?? listing.readme;
  return (
    <>
      <TabForm props={props}>
        <Input
          id="description"
          label={words.fields.description}
          hint={words.fields.descriptionHint}
          max={300}
          value={typed?.get("description") ?? listing.description}
          problem={problem}
        />
      </TabForm>
      <section class="card mt-6 p-6" aria-labelledby="readme-title">
        <h2 id="readme-title" class="text-xl font-semibold">
          {words.readme}
        </h2>
        <p class="mt-1 text-muted-foreground">{words.readmeText}</p>
        <form class="mt-4" method="post" action={publisherPaths.edit(seat.member.handle, listing.name, "description")}>
          <label class="block text-sm font-medium" for="readme">
            {words.readmeField}
          </label>
          <textarea id="readme" name="readme" rows={12} class="field mt-1.5 font-mono text-sm" maxlength={40_000}>
            {markdown}
          </textarea>
          <button type="submit" class="button button-quiet mt-3" name="act" value="preview">
            {words.showPreview}
          </button>
        </form>
      </section>
      <section class="card mt-6 p-6" aria-labelledby="preview-title">
        <h2 id="preview-title" class="mb-4 text-xl font-semibold">
          {words.previewTitle}
        </h2>
        <div class="prose">{raw(renderMarkdown(markdown, listing.sha256))}</div>
      </section>
    </>
  );
}
