import { useCallback, useMemo, useState } from "react";
import type { MarketplacePlugin, PluginFilters, PluginUpload } from "../client/index.ts";
import { keys, type Reading, useAction, useQuery } from "./query.ts";

const PAGE_SIZE = 20;

/** Where a list stands. */
export interface Pagination {
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly totalPages: number;
}

/** What {@link usePlugins} returns. Actions answer whether they were done; why not is thrown. */
export interface UsePlugins extends Reading {
  readonly plugins: readonly MarketplacePlugin[];
  readonly pagination: Pagination;
  readonly filters: PluginFilters;
  /** One filter; back to the first page. */
  readonly setFilter: <K extends keyof PluginFilters>(name: K, value: PluginFilters[K]) => void;
  /** Several filters at once; back to the first page. */
  readonly updateFilters: (changes: PluginFilters) => void;
  readonly setPage: (page: number) => void;
  readonly setPageSize: (limit: number) => void;
  readonly setSortField: (field: NonNullable<PluginFilters["sortBy"]>) => void;
  readonly setSortDirection: (direction: "asc" | "desc") => void;
  readonly filterByType: (type: string | undefined) => void;
  readonly filterByCategory: (category: string | undefined) => void;
  readonly filterByStatus: (status: string | undefined) => void;
  readonly filterByRating: (minRating: number | undefined) => void;
  readonly approvePlugin: (id: string) => Promise<boolean>;
  readonly rejectPlugin: (id: string, reason: string) => Promise<boolean>;
  readonly publishPlugin: (upload: PluginUpload) => Promise<boolean>;
  readonly deletePlugin: (id: string) => Promise<boolean>;
  readonly isApprovingPlugin: boolean;
  readonly isRejectingPlugin: boolean;
  readonly isPublishingPlugin: boolean;
  readonly isDeletingPlugin: boolean;
}

/** The catalogue, page by page. While the next page loads, `plugins` is empty and `isLoading` true. */
export function usePlugins(initial: PluginFilters = {}): UsePlugins {
  const [filters, setFilters] = useState<PluginFilters>(() => ({ page: 1, limit: PAGE_SIZE, ...initial }));
  const { data, isLoading, error, refetch } = useQuery(keys.plugins(sorted(filters)), (client, signal) =>
    client.searchPlugins(filters, { signal }),
  );
  const updateFilters = useCallback(
    (changes: PluginFilters) => setFilters((before) => without({ ...before, page: 1, ...changes })),
    [],
  );
  const setters = useMemo(
    () => ({
      updateFilters,
      setFilter: <K extends keyof PluginFilters>(name: K, value: PluginFilters[K]) => updateFilters({ [name]: value }),
      setPage: (page: number) => updateFilters({ page }),
      setPageSize: (limit: number) => updateFilters({ limit }),
      setSortField: (sortBy: NonNullable<PluginFilters["sortBy"]>) => updateFilters({ sortBy }),
      setSortDirection: (sortDirection: "asc" | "desc") => updateFilters({ sortDirection }),
      filterByType: (type: string | undefined) => updateFilters({ type } as PluginFilters),
      filterByCategory: (category: string | undefined) => updateFilters({ category } as PluginFilters),
      filterByStatus: (status: string | undefined) => updateFilters({ status } as PluginFilters),
      filterByRating: (minRating: number | undefined) => updateFilters({ minRating } as PluginFilters),
    }),
    [updateFilters],
  );
  const stale = ["plugin", "stats"];
  const [approvePlugin, isApprovingPlugin] = useAction(
    (client, id: string) => done(client.approvePlugin(id)),
    ...stale,
  );
  const [rejectPlugin, isRejectingPlugin] = useAction(
    (client, id: string, reason: string) => done(client.rejectPlugin(id, reason)),
    ...stale,
  );
  const [publishPlugin, isPublishingPlugin] = useAction(
    (client, upload: PluginUpload) => done(client.publishPlugin(upload)),
    ...stale,
  );
  const [deletePlugin, isDeletingPlugin] = useAction((client, id: string) => done(client.deletePlugin(id)), ...stale);
  const { page = 1, limit = PAGE_SIZE } = filters;
  const total = data?.total ?? 0;
  return {
    plugins: data?.data ?? NONE,
    pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
    filters,
    isLoading,
    error,
    refetch,
    ...setters,
    approvePlugin,
    rejectPlugin,
    publishPlugin,
    deletePlugin,
    isApprovingPlugin,
    isRejectingPlugin,
    isPublishingPlugin,
    isDeletingPlugin,
  };
}

const NONE: readonly MarketplacePlugin[] = [];

/** Equal filters are one question, in whatever order they were set. */
function sorted(filters: PluginFilters): object {
  return Object.fromEntries(Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function without(filters: PluginFilters): PluginFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ""));
}

/** The host's pages ask whether it worked. */
export async function done(work: Promise<unknown>): Promise<boolean> {
  await work;
  return true;
}
