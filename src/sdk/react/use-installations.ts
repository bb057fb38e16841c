import { useCallback, useEffect, useRef } from "react";
import type { ActivatedInstallation, ExecutionPage, InstallRequest, PluginInstallation } from "../client/index.ts";
import { usePluginClient } from "./provider.ts";
import { keys, type Reading, useAction, useQuery } from "./query.ts";
import { done } from "./use-plugins.ts";

const HEARTBEAT_MS = 5 * 60_000;

/** What {@link usePluginInstallations} returns. */
export interface UsePluginInstallations extends Reading {
  readonly installations: readonly PluginInstallation[];
  readonly installPlugin: (request: InstallRequest) => Promise<ActivatedInstallation>;
  readonly uninstallPlugin: (installationId: string) => Promise<boolean>;
  readonly updateStatus: (change: {
    readonly installationId: string;
    readonly status: "active" | "inactive";
  }) => Promise<PluginInstallation>;
  readonly getExecutionHistory: (installationId: string, page?: number, limit?: number) => Promise<ExecutionPage>;
  /** Pings now and every five minutes, until stopped or the component leaves. Starting twice is starting once. */
  readonly startHeartbeat: (installationId: string) => void;
  readonly stopHeartbeat: (installationId: string) => void;
  readonly isInstallingPlugin: boolean;
  readonly isUninstallingPlugin: boolean;
  readonly isUpdatingStatus: boolean;
}

/** Installations of the instance, or of one of its users. */
export function usePluginInstallations(userId?: string): UsePluginInstallations {
  const client = usePluginClient();
  const { data, isLoading, error, refetch } = useQuery(keys.installations(userId), (line, signal) =>
    line.getUserInstallations(userId, { signal }),
  );
  const [installPlugin, isInstallingPlugin] = useAction(
    (line, request: InstallRequest) => line.installPlugin(request),
    "installations",
    "licenses",
    "stats",
  );
  const [uninstallPlugin, isUninstallingPlugin] = useAction(
    (line, installationId: string) => done(line.uninstallPlugin(installationId)),
    "installations",
    "licenses",
    "stats",
  );
  const [updateStatus, isUpdatingStatus] = useAction(
    (line, change: { readonly installationId: string; readonly status: "active" | "inactive" }) =>
      line.updateInstallationStatus(change.installationId, change.status),
    "installations",
  );
  const getExecutionHistory = useCallback(
    (installationId: string, page = 1, limit = 20) => client.getExecutionHistory(installationId, { page, limit }),
    [client],
  );
  return {
    installations: data ?? NONE,
    isLoading,
    error,
    refetch,
    installPlugin,
    uninstallPlugin,
    updateStatus,
    getExecutionHistory,
    ...useHeartbeats(),
    isInstallingPlugin,
    isUninstallingPlugin,
    isUpdatingStatus,
  };
}

const NONE: readonly PluginInstallation[] = [];

function useHeartbeats(): Pick<UsePluginInstallations, "startHeartbeat" | "stopHeartbeat"> {
  const client = usePluginClient();
  const beating = useRef(
    new Map<string, { timer: ReturnType<typeof setTimeout> | undefined; readonly stop: AbortController }>(),
  );
  const stopHeartbeat = useCallback((installationId: string) => {
    const one = beating.current.get(installationId);
    if (one === undefined) return;
    clearTimeout(one.timer);
    one.stop.abort(new Error("The heartbeat was stopped"));
    beating.current.delete(installationId);
  }, []);
  const startHeartbeat = useCallback(
    (installationId: string) => {
      if (beating.current.has(installationId)) return;
      const one: { timer: ReturnType<typeof setTimeout> | undefined; readonly stop: AbortController } = {
        timer: undefined,
        stop: new AbortController(),
      };
      beating.current.set(installationId, one);
      const beat = async (): Promise<void> => {
        // A missed beat is made up for by the next one.
        await client.sendHeartbeat(installationId, {}, { signal: one.stop.signal }).catch(() => null);
        if (beating.current.get(installationId) === one) one.timer = setTimeout(() => void beat(), HEARTBEAT_MS);
      };
      void beat();
    },
    [client],
  );
  useEffect(() => {
    const running = beating.current;
    return () => {
      for (const installationId of [...running.keys()]) stopHeartbeat(installationId);
    };
  }, [stopHeartbeat]);
  return { startHeartbeat, stopHeartbeat };
}
