import type { Child } from "hono/jsx";
import { type PluginTab, publisherPaths } from "../../contract/publisher/paths.ts";
import type { OwnListing } from "../../market/publisher/ports.ts";
import type { FormProblem } from "../console/form-problem.ts";
import { wordsOf } from "../words/dictionary.ts";
import type { Seat } from "./on-publish.ts";
import { FRAME_WORDS } from "./words.ts";

export interface PluginFormProps {
  readonly seat: Seat;
  readonly listing: OwnListing;
  readonly tab: PluginTab;
  readonly nonce: string;
  /** As typed; what is absent stands as it is stored. */
  readonly typed?: URLSearchParams | undefined;
  readonly isSaved?: boolean;
  readonly problem?: FormProblem | undefined;
}

/** A form of one tab: the fields, and one button to save them. `data-live`: checked while one types, where scripts run. */
export function TabForm({ props: { seat, listing, tab }, children }: { props: PluginFormProps; children?: Child }) {
  const { save } = wordsOf(FRAME_WORDS);
  return (
    <form
      class="card mt-6 grid grid-cols-1 gap-5 p-6"
      method="post"
      action={publisherPaths.edit(seat.member.handle, listing.name, tab)}
      data-live
    >
      {children}
      <div>
        <button type="submit" class="button">
          {save}
        </button>
      </div>
    </form>
  );
}
