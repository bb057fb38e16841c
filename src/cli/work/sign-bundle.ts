import { type Envelope, sealEnvelope } from "../../domain/trust/envelope.ts";
import { buildStatement, type StatedBundle, type StatementHead } from "../../domain/trust/statement.ts";
import type { SigningKey } from "./key-store.ts";

export interface Signing {
  /** As the strict reader opened it. */
  readonly bundle: StatedBundle;
  readonly key: SigningKey;
  /** Host name of the marketplace without port; the statement is void at any other. */
  readonly marketplace: string;
  /** Where the plugin's chain ends; the statement becomes its next link. */
  readonly head: StatementHead;
}

/** The publisher's statement about exactly these bytes. */
export function signBundle({ bundle, key, marketplace, head }: Signing): Promise<Envelope> {
  return sealEnvelope(buildStatement(bundle, marketplace, head, key.keyId), key.signer);
}
