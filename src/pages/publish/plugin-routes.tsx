import type { Hono } from "hono";
import { PLUGIN_TABS, type PluginTab, publisherPaths } from "../../contract/publisher/paths.ts";
import type { ListingEdit } from "../../domain/catalogue/listing-edit.ts";
import { unixSeconds } from "../../domain/time.ts";
import { delistPlugin } from "../../market/catalogue/edit-plugin.ts";
import { showPlugin } from "../../market/catalogue/show-plugin.ts";
import { resumePlugin, suspendPlugin } from "../../market/publish/suspend-plugin.ts";
import { editListing } from "../../market/publisher/edit-listing.ts";
import type { OwnListing } from "../../market/publisher/ports.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { holds, NAME, onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { PluginFormPage, TAB_RIGHTS } from "./plugin-form.tsx";
import { choicesOf } from "./plugin-pictures.tsx";
import { readEuros } from "./plugin-prices.tsx";
import { PLUGIN_WORDS } from "./plugin-words.ts";
import { OwnPluginPage, PluginsPage } from "./plugins.tsx";
import { PreviewPage } from "./preview.tsx";

const BASE = `/plugins/${NAME}`;
const SHOWN_RELEASES = 200;
type Tabbed = (typeof PLUGIN_TABS)[number];

/** Plugins of an organization, and the form of each. */
export function registerPluginPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/plugins", "see", async (context, seat) => {
    const world = context.get("world");
    const plugins = await world.publishing.plugins(seat.member.id, unixSeconds(world.clock.now()));
    return privatePage(context, () => <PluginsPage seat={seat} plugins={plugins} />);
  });

  onMember(app, BASE, "see", async (context, seat) => {
    const { publishing } = context.get("world");
    const pluginName = nameOf(context);
    const [listing, releases] = await Promise.all([
      publishing.listing(seat.member.id, pluginName),
      publishing.releases(seat.member.id, { pluginName }, SHOWN_RELEASES),
    ]);
    if (listing === null) return null;
    return privatePage(context, () => <OwnPluginPage seat={seat} listing={listing} releases={releases} />);
  });

  onMember(app, `${BASE}/preview`, "see", async (context, seat) => {
    if ((await listingOf(context, seat)) === null) return null;
    const shown = await showPlugin(context.get("world"), { name: nameOf(context) }, seat.person);
    return shown.ok ? privatePage(context, () => <PreviewPage seat={seat} plugin={shown.value} />) : null;
  });

  for (const tab of PLUGIN_TABS) {
    const path = `${BASE}/edit${tab === "basics" ? "" : `/${tab}`}`;
    onMember(app, path, TAB_RIGHTS[tab], async (context, seat) => {
      const listing = await listingOf(context, seat);
      return listing === null ? null : drawForm(context, seat, listing, tab, {});
    });
    if (tab === "permissions" || tab === "links") continue;
    onMemberForm(app, path, TAB_RIGHTS[tab], async (context, seat, form) => {
      const listing = await listingOf(context, seat);
      if (listing === null) return refusalPage(context, "NOT_FOUND", 404);
      if (tab === "danger") return endanger(context, seat, listing, form);
      if (form.get("act") === "preview") return drawForm(context, seat, listing, tab, { typed: form });
      return save(context, seat, listing, tab, form);
    });
  }
}

async function save(
  context: PublishContext,
  seat: Seat,
  listing: OwnListing,
  tab: PluginTab,
  form: URLSearchParams,
): Promise<Response> {
  const edit = readEdit(tab, form, listing);
  const labels: Readonly<Record<string, string>> = wordsOf(PLUGIN_WORDS, languageOf(context.req.raw)).fields;
  // Beside a form that is being typed: what would be refused, and nothing is written.
  const isLive = context.req.header("rbsm-live") === "1";
  const done =
    "errors" in edit
      ? { problem: invalidForm(edit.errors) }
      : await editListing(context.get("world"), seat.person, seat.member.id, listing.name, edit, isLive).then(
          (edited) => (edited.ok ? null : { problem: formProblem(edited.problem, labels) }),
        );
  if (isLive)
    return new Response(JSON.stringify({ errors: done?.problem.errors ?? [] }), {
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
  if (done === null) return seeOther(`${publisherPaths.edit(seat.member.handle, listing.name, tab)}?saved=1`);
  return drawForm(context, seat, listing, tab, { typed: form, problem: done.problem });
}

/** The fields of one tab; a tab changes nothing of another. */
function readEdit(
  tab: Tabbed,
  form: URLSearchParams,
  listing: OwnListing,
): ListingEdit | { readonly errors: FormProblem["errors"] } {
  if (tab === "basics")
    return {
      displayName: form.get("displayName")?.trim() ?? "",
      category: form.get("category") ?? "",
      tags: (form.get("tags") ?? "")
        .split(",")
        .map((tag) => tag.trim().toLowerCase())
        .filter((tag) => tag !== ""),
    };
  if (tab === "description") return { description: form.get("description")?.trim() ?? "" };
  if (tab === "pictures") return readPictures(form, listing);
  return readPrices(form, listing);
}

function readPictures(form: URLSearchParams, listing: OwnListing): ListingEdit {
  const known = choicesOf(listing).map(({ url }) => url);
  const chosen = form
    .getAll("place")
    .flatMap((choice) => {
      const [place = "", url = ""] = choice.split(" ");
      return known.includes(url) ? [{ place: Number(place), url }] : [];
    })
    .sort((a, b) => a.place - b.place)
    .map(({ url }) => url);
  const icon = form.get("icon") ?? "";
  return { icon: icon === listing.bundleIcon ? icon : "", screenshots: [...new Set(chosen)].slice(0, 8) };
}

function readPrices(
  form: URLSearchParams,
  { pricing }: OwnListing,
): ListingEdit | { readonly errors: FormProblem["errors"] } {
  const prices: Record<string, number | "custom"> = {};
  const errors: { field: string; text: string }[] = [];
  for (const { id } of pricing.tiers) {
    if (id === "free" || id === "trial") continue;
    const price = readEuros(form.get(`price-${id}`) ?? "");
    if (price === null || (price === "custom" && id !== "enterprise") || price === 0)
      errors.push({ field: `price-${id}`, text: `${id}: a price in euros like 12.90, more than nothing` });
    else prices[id] = price;
  }
  return errors.length > 0 ? { errors } : { pricing: prices };
}

async function endanger(
  context: PublishContext,
  seat: Seat,
  listing: OwnListing,
  form: URLSearchParams,
): Promise<Response> {
  const world = context.get("world");
  const { person, member } = seat;
  const again = (problem: FormProblem) => drawForm(context, seat, listing, "danger", { typed: form, problem });
  const act = form.get("act");
  if (act === "delist") {
    if (!holds(seat, "administer")) return refusalPage(context, "PERMISSION_DENIED", 403);
    const words = wordsOf(PLUGIN_WORDS, languageOf(context.req.raw));
    if (form.get("confirm")?.trim() !== listing.name)
      return again(invalidForm([{ field: "confirm", text: words.delistMismatch }]));
    const delisted = await delistPlugin(world, person, listing.id);
    return delisted.ok
      ? seeOther(publisherPaths.plugin(member.handle, listing.name))
      : again(formProblem(delisted.problem));
  }
  const reason = form.get("reason")?.trim() ?? "";
  if (act === "suspend" && ([...reason].length < 10 || reason.length > 500))
    return again(invalidForm([{ field: "reason", text: "Reason: 10–500 characters" }]));
  const moved =
    act === "suspend"
      ? await suspendPlugin(world, person, listing.id, reason)
      : await resumePlugin(world, person, listing.id);
  return moved.ok
    ? seeOther(publisherPaths.edit(member.handle, listing.name, "danger"))
    : again(formProblem(moved.problem));
}

function drawForm(
  context: PublishContext,
  seat: Seat,
  listing: OwnListing,
  tab: PluginTab,
  { typed, problem }: { readonly typed?: URLSearchParams; readonly problem?: FormProblem },
): Promise<Response> {
  const isSaved = context.req.method === "GET" && new URL(context.req.url).searchParams.has("saved");
  return privatePage(
    context,
    (nonce) => (
      <PluginFormPage
        seat={seat}
        listing={listing}
        tab={tab}
        nonce={nonce}
        typed={typed}
        problem={problem}
        isSaved={isSaved}
      />
    ),
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

function nameOf(context: PublishContext): string {
  return context.req.param("name") ?? "";
}

function listingOf(context: PublishContext, seat: Seat): Promise<OwnListing | null> {
  return context.get("world").publishing.listing(seat.member.id, nameOf(context));
}
