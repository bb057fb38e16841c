// Runs in the browser: one component for each hook, told what to do by the address and by its buttons.
import { createElement as h, type ReactNode, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { createPluginClient, type PluginUpload } from "../../../src/sdk/client/index.ts";
import {
  PluginMarketplaceProvider,
  useCreatePlugin,
  usePlugin,
  usePluginInstallations,
  usePluginLicenses,
  usePlugins,
} from "../../../src/sdk/react/index.ts";

function Line({ name, children }: { name: string; children?: ReactNode }): ReactNode {
  return h("p", { "data-name": name }, children);
}
function Button({ name, act }: { name: string; act: () => unknown }): ReactNode {
  return h("button", { type: "button", onClick: () => void act() }, name);
}

function List(): ReactNode {
  const list = usePlugins({ sortBy: "name", sortDirection: "asc" });
  return h(
    "section",
    null,
    h(Line, { name: "names" }, list.plugins.map((plugin) => plugin.name).join(" ")),
    h(Line, { name: "state" }, list.isLoading ? "loading" : (list.error?.message ?? "ready")),
    h(Line, { name: "page" }, `${list.pagination.page} of ${list.pagination.totalPages}, ${list.pagination.total}`),
    h(Line, { name: "filters" }, JSON.stringify(list.filters)),
    h(Button, { name: "automation", act: () => list.filterByType("automation") }),
    h(Button, { name: "any type", act: () => list.filterByType(undefined) }),
    h(Button, { name: "two a page", act: () => list.setPageSize(2) }),
    h(Button, { name: "page 2", act: () => list.setPage(2) }),
    h(Button, { name: "descending", act: () => list.setSortDirection("desc") }),
    h(Button, { name: "slow", act: () => list.setFilter("query", "slow") }),
    h(Button, { name: "refetch", act: list.refetch }),
  );
}

function Same(): ReactNode {
  return h(Line, { name: "same" }, usePlugins({ sortDirection: "asc", sortBy: "name" }).plugins.length);
}

function Detail({ id }: { id: string }): ReactNode {
  const one = usePlugin(id);
  return h(
    "section",
    null,
    h(Line, { name: "plugin" }, one.plugin?.displayName),
    h(Line, { name: "installs" }, one.stats?.activeInstalls),
    h(Line, { name: "error" }, one.error?.name),
    h(Button, {
      name: "describe",
      act: () =>
        one.updatePlugin({ description: `Written at ${Math.round(performance.now())} by whoever looks at it.` }),
    }),
    h(Line, { name: "description" }, one.plugin?.description),
    h(Line, { name: "updating" }, String(one.isUpdatingPlugin)),
  );
}

function Creation(): ReactNode {
  const creation = useCreatePlugin();
  return h(
    "section",
    null,
    h(Button, { name: "upload", act: () => creation.createPlugin({ bundle: new Uint8Array(8) }).catch(() => null) }),
    h(Line, { name: "created" }, creation.error === null ? String(creation.isSuccess) : "refused"),
  );
}

function Rights({ pluginId, userId }: { pluginId: string; userId: string }): ReactNode {
  const rights = usePluginLicenses(userId);
  const { installations, installPlugin, uninstallPlugin, updateStatus, startHeartbeat } =
    usePluginInstallations(userId);
  const [verified, setVerified] = useState("");
  const installed = installations.find((one) => one.status !== "uninstalled");
  const key = rights.licenses[0]?.licenseKey ?? "";
  const hardwareId = "5e".repeat(32);
  return h(
    "section",
    null,
    h(Line, { name: "licenses" }, rights.licenses.map(({ status }) => status).join(" ")),
    h(Line, { name: "installation" }, installed?.status ?? "none"),
    h(Line, { name: "verified" }, verified),
    h(Button, { name: "license", act: () => rights.generateLicense({ pluginId, userId, type: "free" }) }),
    h(Button, {
      name: "verify",
      act: async () => {
        const answer = await rights.verifyLicense({ licenseKey: key, pluginId, hardwareId });
        setVerified(String(answer.valid));
      },
    }),
    h(Button, { name: "install", act: () => installPlugin({ pluginId, licenseKey: key, hardwareId }) }),
    h(Button, {
      name: "pause",
      act: () => updateStatus({ installationId: installed?.activationId ?? "", status: "inactive" }),
    }),
    h(Button, { name: "beat", act: () => startHeartbeat(installed?.activationId ?? "") }),
    h(Button, { name: "uninstall", act: () => uninstallPlugin(installed?.activationId ?? "") }),
    h(Button, { name: "revoke", act: () => rights.revokeLicense({ licenseKey: key, reason: "Test" }) }),
  );
}

/** What an author does with a plugin: the file is chosen in the page, as a person would. */
function House({ id }: { id: string }): ReactNode {
  const own = usePlugin(id === "" ? undefined : id);
  const [said, setSaid] = useState("");
  const [upload, setUpload] = useState<PluginUpload | null>(null);
  const say = (work: Promise<boolean>) =>
    work.then(
      (isDone) => setSaid(String(isDone)),
      (error: Error) => setSaid(error.message),
    );
  const choose = async (files: FileList | null) => {
    const [bundle, statement] = [...(files ?? [])];
    if (bundle && statement)
      setUpload({ bundle: new Uint8Array(await bundle.arrayBuffer()), statement: await statement.text() });
  };
  return h(
    "section",
    null,
    h("input", {
      type: "file",
      multiple: true,
      onChange: (event: { target: HTMLInputElement }) => void choose(event.target.files),
    }),
    h(Line, { name: "chosen" }, upload === null ? "no" : "yes"),
    h(Line, { name: "status" }, own.plugin?.status),
    h(Line, { name: "said" }, said),
    h(Button, { name: "publish", act: () => upload && say(own.publishPlugin(upload)) }),
    h(Button, { name: "submit", act: () => say(own.submitForReview()) }),
    h(Button, { name: "suspend", act: () => say(own.suspendPlugin("It loses what people write.")) }),
    h(Button, { name: "resume", act: () => say(own.resumePlugin()) }),
    h(Button, { name: "delete", act: () => say(own.deletePlugin()) }),
  );
}

/** What a reviewer does. */
function Desk({ id }: { id: string }): ReactNode {
  const waiting = usePlugins({ status: "review", sortBy: "name" });
  return h(
    "section",
    null,
    h(Line, { name: "waiting" }, ["waiting:", ...waiting.plugins.map((plugin) => plugin.id), "."].join(" ")),
    h(Line, { name: "deciding" }, String(waiting.isApprovingPlugin || waiting.isRejectingPlugin)),
    h(Button, { name: "approve", act: () => waiting.approvePlugin(id) }),
    h(Button, { name: "reject", act: () => waiting.rejectPlugin(id, "The readme says nothing.") }),
  );
}

function Page(): ReactNode {
  const query = new URLSearchParams(location.search);
  const pluginId = query.get("plugin") ?? "";
  const [isShown, setShown] = useState(true);
  const [id, setId] = useState(pluginId);
  const view = query.get("view");
  return h(
    "main",
    null,
    h(Button, { name: "show or hide", act: () => setShown(!isShown) }),
    h(Button, { name: "other plugin", act: () => setId("999999") }),
    isShown && view === "list" && h(List),
    isShown && view === "list" && h(Same),
    isShown && view === "detail" && h(Detail, { id }),
    isShown && view === "detail" && h(Creation),
    isShown && view === "house" && h(House, { id }),
    isShown && view === "desk" && h(Desk, { id }),
    isShown && view === "rights" && h(Rights, { pluginId, userId: "browser-1" }),
  );
}

const client = createPluginClient({ marketplace: location.origin });
const page = h(PluginMarketplaceProvider, { client }, h(Page));
const isStrict = new URLSearchParams(location.search).has("strict");
createRoot(document.body).render(isStrict ? h(StrictMode, null, page) : page);
