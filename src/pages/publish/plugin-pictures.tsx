import type { OwnListing } from "../../market/publisher/ports.ts";
import { ownPicture } from "../picture.ts";
import { wordsOf } from "../words/dictionary.ts";
import { PLUGIN_WORDS } from "./plugin-words.ts";
import { type PluginFormProps, TabForm } from "./tab-form.tsx";

/** Which pictures of the bundle the listing shows, and in which order. */
export function PicturesTab(props: PluginFormProps) {
  const words = wordsOf(PLUGIN_WORDS);
  const { listing } = props;
  const pictures = choicesOf(listing);
  return (
    <TabForm props={props}>
      <p class="text-muted-foreground">{words.pictureText}</p>
      <fieldset>
        <legend class="font-medium">{words.fields.icon}</legend>
        <div class="mt-2 flex flex-wrap gap-4">
          {listing.bundleIcon === null ? null : (
            <label class="flex min-h-11 items-center gap-3">
              <input type="radio" name="icon" value={listing.bundleIcon} checked={listing.icon !== null} />
              <img
                src={ownPicture(listing.bundleIcon) ?? ""}
                alt=""
                width="48"
                height="48"
                class="size-12 rounded-lg"
              />
              <span class="sr-only">{words.fields.icon}</span>
            </label>
          )}
          <label class="flex min-h-11 items-center gap-3">
            <input type="radio" name="icon" value="" checked={listing.icon === null || listing.bundleIcon === null} />
            {words.noIcon}
          </label>
        </div>
      </fieldset>
      <fieldset>
        <legend class="font-medium">{words.fields.screenshots}</legend>
        {pictures.length === 0 ? <p class="mt-2 text-muted-foreground">{words.noPictures}</p> : null}
        <ul class="mt-2 grid gap-4 sm:grid-cols-2">
          {pictures.map(({ url, alt }, index) => {
            const place = listing.screenshots.findIndex((shown) => shown.url === url);
            return (
              <li>
                <img
                  src={ownPicture(url) ?? ""}
                  alt={alt}
                  loading="lazy"
                  width="640"
                  height="360"
                  class="h-auto w-full rounded-lg border border-border"
                />
                <label class="mt-2 flex min-h-11 items-center gap-3 text-sm" for={`place-${index}`}>
                  {words.place}
                  <select id={`place-${index}`} name="place" class="field w-auto">
                    <option value="">{words.hidden}</option>
                    {pictures.map((_, at) => (
                      <option value={`${at + 1} ${url}`} selected={at === place}>
                        {at + 1}
                      </option>
                    ))}
                  </select>
                </label>
              </li>
            );
          })}
        </ul>
      </fieldset>
    </TabForm>
  );
}

/** The pictures of the newest bundle, and those of older ones that the listing still shows. */
export function choicesOf({ pictures, screenshots }: OwnListing): OwnListing["pictures"] {
  return [...pictures, ...screenshots.filter(({ url }) => !pictures.some((known) => known.url === url))];
}
