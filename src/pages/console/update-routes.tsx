import type { Hono } from "hono";
import { consolePaths } from "../../contract/console/paths.ts";
import { parseManifest } from "../../domain/manifest/manifest.ts";
import { compareVersions } from "../../domain/release/version.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { updatePlugin } from "../../market/console/update-plugin.ts";
import { type DiffView, showCapabilityDiff } from "../../market/execution/consent.ts";
import { adviseOwner } from "../../market/update/advise-owner.ts";
import { onForm } from "../account/on-form.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { findInstalled } from "./find-installed.ts";
import { type FormProblem, formProblem, isAbsent, statusOf } from "./form-problem.ts";
import { ACTIVATION, type ConsoleContext, onPage } from "./on-console.ts";
import { UpdatePage } from "./update.tsx";

const PATH = `/console/plugins/${ACTIVATION}/update`;

/** A newer or older version of what is installed: what it asks for, what is new in it, and the consent. */
export function registerUpdatePages(app: Hono<PersonalEnv>): void {
  onPage(app, PATH, (context, person) => draw(context, person, new URL(context.req.url).searchParams.get("version")));

  onForm(app, PATH, async (context, person, form) => {
    const row = await findInstalled(context, person);
    if (row === null || row.releasedAt !== null) return refusalPage(context, "NOT_FOUND", 404);
    const version = form.get("version") ?? "";
    const updated = await updatePlugin(context.get("world"), person, row, version, {
      grantedPermissions: form.getAll("grant"),
      closureDigest: form.get("closure") ?? "",
    });
    if (updated.ok) return seeOther(`${consolePaths.plugin(row.activationId)}?done=${updated.value}`);
    if (isAbsent(updated.problem.reason)) return refusalPage(context, "NOT_FOUND", 404);
    const problem = formProblem(updated.problem);
    return (await draw(context, person, version, problem)) ?? refusalPage(context, "NOT_FOUND", 404);
  });
}

async function draw(
  context: ConsoleContext,
  person: SessionPrincipal,
  version: string | null,
  problem?: FormProblem,
): Promise<Response | null> {
  const world = context.get("world");
  const row = await findInstalled(context, person);
  if (row === null || row.releasedAt !== null) return null;
  const asked = await showCapabilityDiff(world, { accountId: person.accountId }, row.activationId, version);
  if (!asked.ok) return null;
  const versions = await world.catalogue.versions(row.plugin.id);
  const others = versions
    .filter((one) => one.state === "published" && one.version !== row.version)
    .map((one) => one.version);
  const options = problem === undefined ? {} : { status: statusOf(problem.reason) };
  const egress = await egressOf(context, asked.value);
  const where = { instanceId: row.instance.id, plugin: row.plugin.name };
  const decided = await adviseOwner(world, person.accountId, where);
  const isOlder = compareVersions(asked.value.version, row.version) < 0;
  return privatePage(
    context,
    () => (
      <UpdatePage
        row={row}
        view={asked.value}
        egress={egress}
        others={others}
        isOlder={isOlder}
        decided={decided}
        problem={problem}
      />
    ),
    options,
  );
}

/** With the publisher's reasons, which the capability list leaves out. */
async function egressOf(context: ConsoleContext, view: DiffView) {
  const release = await context.get("world").consents.release(view.installation.plugin.id, view.version);
  const manifest = release === null ? null : parseManifest(release.manifest);
  return manifest?.ok ? manifest.value.egress : [];
}
