import type { EgressRule, Job } from "../../domain/execution/job.ts";
import type { Authority } from "../../market/execution/ports.ts";
import { readSecret } from "../../market/execution/secrets.ts";
import type { World } from "../../market/ports.ts";

/**
 * The job with the secrets that the egress gate adds to requests. They ride in the props of the gate, which plugins can
 * neither see nor forge, and are part of the isolate's name: a changed secret starts another isolate.
 */
export async function withInjected(world: Pick<World, "vault">, job: Job, authority: Authority): Promise<Job> {
  const { secretFields, sealed, storageId } = authority;
  const set = secretFields.filter(({ inject, key }) => inject !== undefined && Object.hasOwn(sealed, key));
  if (set.length === 0) return job;
  const added = await Promise.all(
    set.map(async ({ key, inject }) => ({
      host: inject?.host ?? "",
      header: inject?.header ?? "",
      value: `${inject?.prefix ?? ""}${await readSecret(world, storageId, key, sealed[key] ?? "")}`,
    })),
  );
  const egress = job.egress.map((rule): EgressRule => {
    const inject = added.filter(({ host }) => host === rule.host).map(({ header, value }) => ({ header, value }));
    return inject.length === 0 ? rule : { ...rule, inject };
  });
  return { ...job, egress };
}
