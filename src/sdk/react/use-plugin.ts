import { useState } from "react";
import type { MarketplacePlugin, PluginChanges, PluginStats, PluginUpload, UploadedPlugin } from "../client/index.ts";
import { keys, type Reading, useAction, useQuery } from "./query.ts";
import { done } from "./use-plugins.ts";

/** What {@link usePlugin} returns. */
export interface UsePlugin extends Reading {
  readonly plugin: MarketplacePlugin | undefined;
  readonly stats: PluginStats | undefined;
  readonly isLoadingStats: boolean;
  readonly refetchStats: () => Promise<void>;
  readonly updatePlugin: (changes: PluginChanges) => Promise<MarketplacePlugin>;
  readonly deletePlugin: () => Promise<boolean>;
  readonly approvePlugin: () => Promise<boolean>;
  readonly rejectPlugin: (reason: string) => Promise<boolean>;
  readonly publishPlugin: (upload: PluginUpload) => Promise<boolean>;
  readonly submitForReview: () => Promise<boolean>;
  readonly suspendPlugin: (reason: string) => Promise<boolean>;
  readonly resumePlugin: () => Promise<boolean>;
  readonly isUpdatingPlugin: boolean;
  readonly isDeletingPlugin: boolean;
  readonly isApprovingPlugin: boolean;
  readonly isRejectingPlugin: boolean;
  readonly isPublishingPlugin: boolean;
  readonly isSubmittingPlugin: boolean;
  readonly isSuspendingPlugin: boolean;
  readonly isResumingPlugin: boolean;
}

/** One plugin and its numbers, asked for at the same time. `undefined` asks nothing. */
export function usePlugin(id: string | undefined): UsePlugin {
  const plugin = useQuery(id === undefined ? null : keys.plugin(id), (client, signal) =>
    client.getPlugin(id ?? "", { signal }),
  );
  const stats = useQuery(id === undefined ? null : keys.stats(id), (client, signal) =>
    client.getPluginStats(id ?? "", { signal }),
  );
  const stale = ["plugins", keys.plugin(id ?? ""), keys.stats(id ?? "")];
  const named = () => {
    if (id === undefined) throw new Error("There is no plugin to act on");
    return id;
  };
  const [updatePlugin, isUpdatingPlugin] = useAction(
    async (client, changes: PluginChanges) => client.updatePlugin(named(), changes),
    ...stale,
  );
  const [deletePlugin, isDeletingPlugin] = useAction(async (client) => done(client.deletePlugin(named())), ...stale);
  const [approvePlugin, isApprovingPlugin] = useAction(async (client) => done(client.approvePlugin(named())), ...stale);
  const [rejectPlugin, isRejectingPlugin] = useAction(
    async (client, reason: string) => done(client.rejectPlugin(named(), reason)),
    ...stale,
  );
  const [publishPlugin, isPublishingPlugin] = useAction(
    async (client, upload: PluginUpload) => done(client.publishPlugin(upload)),
    ...stale,
  );
  const [submitForReview, isSubmittingPlugin] = useAction(
    async (client) => done(client.submitForReview(named())),
    ...stale,
  );
  const [suspendPlugin, isSuspendingPlugin] = useAction(
    async (client, reason: string) => done(client.suspendPlugin(named(), reason)),
    ...stale,
  );
  const [resumePlugin, isResumingPlugin] = useAction(async (client) => done(client.resumePlugin(named())), ...stale);
  return {
    plugin: plugin.data,
    isLoading: plugin.isLoading,
    error: plugin.error,
    refetch: plugin.refetch,
    stats: stats.data,
    isLoadingStats: stats.isLoading,
    refetchStats: stats.refetch,
    updatePlugin,
    deletePlugin,
    approvePlugin,
    rejectPlugin,
    publishPlugin,
    submitForReview,
    suspendPlugin,
    resumePlugin,
    isUpdatingPlugin,
    isDeletingPlugin,
    isApprovingPlugin,
    isRejectingPlugin,
    isPublishingPlugin,
    isSubmittingPlugin,
    isSuspendingPlugin,
    isResumingPlugin,
  };
}

/** What {@link useCreatePlugin} returns. */
export interface UseCreatePlugin {
  readonly createPlugin: (upload: PluginUpload) => Promise<UploadedPlugin>;
  readonly isCreating: boolean;
  readonly isSuccess: boolean;
  readonly error: Error | null;
}

/** Uploads a release. The error is kept for the form and thrown to the caller. */
export function useCreatePlugin(): UseCreatePlugin {
  const [outcome, setOutcome] = useState<{ readonly isSuccess: boolean; readonly error: Error | null }>({
    isSuccess: false,
    error: null,
  });
  const [createPlugin, isCreating] = useAction(async (client, upload: PluginUpload) => {
    setOutcome({ isSuccess: false, error: null });
    try {
      const made = await client.createPlugin(upload);
      setOutcome({ isSuccess: true, error: null });
      return made;
    } catch (error) {
      setOutcome({ isSuccess: false, error: error instanceof Error ? error : new Error(String(error)) });
      throw error;
    }
  }, "plugins");
  return { createPlugin, isCreating, ...outcome };
}
