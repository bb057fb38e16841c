import { encodeUtf8 } from "../../domain/bytes.ts";
import type { Json } from "../../domain/json/json.ts";
import { completeJws, jwsInput } from "../../domain/license/jws.ts";
import { type RequestBinding, verdictClaims } from "../../domain/license/lease.ts";
import type { Signer, World } from "../ports.ts";

/** Signs claims with the lease key. A signer that cannot sign throws: an unsigned success does not exist. */
export async function signClaims(
  world: Pick<World, "leaseSigner">,
  claims: { readonly [claim: string]: Json },
): Promise<string> {
  return signWith(await world.leaseSigner.current(), claims);
}

/** The same with a key that was chosen: its name and its signature. */
export async function signWith(signer: Signer, claims: { readonly [claim: string]: Json }): Promise<string> {
  const input = jwsInput(await signer.keyId(), claims);
  return completeJws(input, await signer.sign(encodeUtf8(input)));
}

export function signVerdict(
  world: Pick<World, "leaseSigner" | "site">,
  pluginId: string,
  answer: { readonly [member: string]: Json | undefined },
  binding: RequestBinding,
  now: number,
): Promise<string> {
  return signClaims(world, verdictClaims(world.site.origin, pluginId, answer, binding, now));
}
