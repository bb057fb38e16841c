import type { RouteUser } from "../../domain/execution/job.ts";
import type { Theme } from "../../domain/ui/messages.ts";

/** What views of plugins need of the world. Times are Unix seconds. */
export interface UiPorts {
  readonly uiTickets: UiTicketStore;
}

/** Tickets are found by digests only, and never after their end. */
export interface UiTicketStore {
  keep(ticket: UiTicket, digests: { readonly ticket: string; readonly files: string }, now: number): Promise<void>;
  find(digest: { readonly ticket: string } | { readonly files: string }, now: number): Promise<UiTicket | null>;
  sweep(now: number): Promise<void>;
}

export interface UiTicket {
  readonly activationId: string;
  readonly slot: string;
  readonly user: RouteUser;
  readonly entityId: string | null;
  readonly theme: Theme;
  /** The only site that may show the view. */
  readonly hostOrigin: string;
  readonly validUntil: number;
}
