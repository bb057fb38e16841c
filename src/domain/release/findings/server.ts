import { ENTITY_READ, type Entity } from "../../execution/events.ts";
import { HOOKS } from "../../execution/job.ts";
import { METHODS } from "../../execution/methods.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Permission } from "../../manifest/permissions.ts";
import { findingAt, findingIn, findingInManifest, type PluginFinding, type TextFile } from "./finding.ts";
import { HANDLER_GROUPS, type HandlerGroup, type ModuleUse, readModuleUse } from "./module-use.ts";

/** The server module held against its manifest: permissions, handlers, addresses. Nothing where there is no module. */
export function serverFindings(manifest: Manifest, server: TextFile | null): readonly PluginFinding[] {
  if (server === null) return [];
  const use = readModuleUse(server.text);
  return [
    ...undeclaredPermissions(manifest, server, use),
    ...unusedPermissions(manifest, use),
    ...handlerFindings(manifest, server, use),
    ...addressFindings(manifest, server, use),
  ];
}

/** One finding for each permission: the first call that needs it. */
function undeclaredPermissions(manifest: Manifest, server: TextFile, use: ModuleUse): readonly PluginFinding[] {
  const known = new Set<Permission>(manifest.permissions.map(({ code }) => code));
  const found: PluginFinding[] = [];
  for (const { method, at, isCertain } of use.calls.toSorted((a, b) => Number(b.isCertain) - Number(a.isCertain))) {
    const { permission } = METHODS[method];
    if (permission === null || known.has(permission)) continue;
    known.add(permission);
    const rule = isCertain ? "permission_undeclared" : "permission_maybe_undeclared";
    found.push(findingAt(rule, server, at, `calls ${method}, which needs ${permission}`));
  }
  return found;
}

function unusedPermissions(manifest: Manifest, use: ModuleUse): readonly PluginFinding[] {
  const used = new Set<Permission>(use.calls.flatMap(({ method }) => METHODS[method].permission ?? []));
  for (const { on } of manifest.events) {
    const read = ENTITY_READ[on.slice(0, on.indexOf(".")) as Entity];
    if (read !== undefined) used.add(read);
  }
  if (manifest.egress.length > 0 || manifest.emits.length > 0) used.add("webhooks.trigger");
  return manifest.permissions.flatMap(({ code }, index) => {
    const isHidden = use.opaque.has(code.slice(0, code.indexOf(".")));
    if (used.has(code) || isHidden) return [];
    return [findingInManifest("permission_unused", `/permissions/${index}`, `${code} is declared and never used`)];
  });
}

function handlerFindings(manifest: Manifest, server: TextFile, use: ModuleUse): readonly PluginFinding[] {
  const declared: { readonly [G in HandlerGroup]: readonly string[] } = {
    events: manifest.events.map(({ on }) => on),
    routes: manifest.routes.map(({ method, path }) => `${method} ${path}`),
    schedules: manifest.schedules.map(({ id }) => id),
    lifecycle: HOOKS,
  };
  return HANDLER_GROUPS.flatMap((group) => {
    const written = use.handlers[group];
    if (written === null) return [];
    const missing = group === "lifecycle" ? [] : declared[group].filter((name) => !written.includes(name));
    return [
      ...missing.map((name) =>
        findingInManifest(
          "handler_missing",
          `/${group}/${declared[group].indexOf(name)}`,
          `${group} “${name}” has no handler`,
        ),
      ),
      ...written
        .filter((name) => !declared[group].includes(name))
        .map((name) => {
          const message = `has a handler ${group} “${name}” that is not declared`;
          const at = server.text.indexOf(name);
          return at < 0
            ? findingIn("handler_undeclared", server.path, message)
            : findingAt("handler_undeclared", server, at, message);
        }),
    ];
  });
}

/** Addresses of standards and documentation that code names without calling them. */
const NAMED_ONLY = new Set(["www.w3.org", "json-schema.org", "schema.org", "schemas.microsoft.com"]);

function addressFindings(manifest: Manifest, server: TextFile, use: ModuleUse): readonly PluginFinding[] {
  const told = new Set<string>();
  return use.addresses.flatMap(({ protocol, host, at }) => {
    const isCovered = manifest.egress.some((rule) => covers(rule.host, host));
    if (NAMED_ONLY.has(host) || told.has(`${protocol} ${host}`) || (isCovered && protocol === "https")) return [];
    told.add(`${protocol} ${host}`);
    return isCovered
      ? [findingAt("egress_insecure", server, at, `names http://${host}`)]
      : [findingAt("egress_undeclared", server, at, `names ${host}, which egress does not declare`)];
  });
}

/** `*.example.org` covers names below it, not itself. */
function covers(rule: string, host: string): boolean {
  return rule.startsWith("*.") ? host.endsWith(rule.slice(1)) && host.length > rule.length - 1 : rule === host;
}
