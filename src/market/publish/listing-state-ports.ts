import type { ReleaseState } from "../../domain/release/states.ts";
import type { Actor } from "../catalogue/ports.ts";

/** A plugin off and on the shelves, and a rejected release that is looked at again. Times in Unix seconds. */
export interface ListingStates {
  find(pluginId: string): Promise<ListingFacts | null>;
  /** One batch: state, lists, audit, change feed, webhooks to holders. False: it stands somewhere else by now. */
  suspend(suspension: Suspension, at: number): Promise<boolean>;
  /** Back to what it was; the desk ends any suspension, others their own. False: there is none that they may end. */
  resume(pluginId: string, isDesk: boolean, actor: Actor, at: number): Promise<boolean>;
  /** rejected → review, if its version is still free and its key in use. */
  resubmit(releaseId: string, actor: Actor, at: number): Promise<boolean>;
}

export interface ListingFacts {
  readonly pluginId: string;
  readonly name: string;
  readonly publisherId: string;
  readonly state: "active" | "deprecated" | "archived" | "quarantined" | "removed";
  /** It has a release on offer. */
  readonly isApproved: boolean;
  readonly suspension: { readonly isDesk: boolean; readonly reason: string } | null;
  /** The one that was uploaded last; `isDirty`: a check refused it. */
  readonly newest: {
    readonly releaseId: string;
    readonly version: string;
    readonly state: ReleaseState;
    readonly isDirty: boolean;
  } | null;
}

export interface Suspension {
  readonly pluginId: string;
  readonly reason: string;
  readonly isDesk: boolean;
  readonly actor: Actor;
}
