import { mediaTypeOf } from "../../domain/bundle/files.ts";
import type { Bytes } from "../../domain/bytes.ts";
import { readBundleFile } from "../../domain/catalogue/bundle-file.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import { openTicket } from "./ui-tickets.ts";

export interface UiFile {
  readonly bytes: Bytes;
  readonly mediaType: string;
  /** The ticket's end, Unix seconds. */
  readonly validUntil: number;
  readonly hostOrigin: string;
}

/** A file of `ui/` of the version that an installation runs, for the frame that was loaded with this key. */
export async function showUiFile(
  world: Pick<World, "executions" | "uiTickets" | "clock" | "deliveries" | "bundles">,
  files: string,
  path: string,
): Promise<
  Result<
    UiFile,
    Problem<"ui_ticket_not_found" | "plugin_stopped" | "PERMISSION_DENIED" | "NOT_FOUND" | "blob_unavailable">
  >
> {
  const opened = await openTicket(world, { files });
  if (!opened.ok) return opened;
  const { installation, slot, ticket } = opened.value;
  const sha256 = installation.release?.sha256;
  const mediaType = path.startsWith("ui/") ? mediaTypeOf(path) : null;
  if (slot.view.file === undefined || sha256 === undefined || mediaType === null)
    return refuse({ reason: "NOT_FOUND" });
  const text = await world.deliveries.publishedManifest(sha256);
  const listed = text === null ? undefined : (JSON.parse(text) as Listed).files?.[path];
  if (listed === undefined) return refuse({ reason: "NOT_FOUND" });
  const size = await world.bundles.size(sha256);
  if (size === null) return refuse({ reason: "blob_unavailable" });
  const read = async (offset: number, length: number) => {
    const bytes = await world.bundles.range(sha256, offset, length);
    if (bytes === null) throw new Error(`bundle ${sha256} vanished while it was read`);
    return bytes;
  };
  const bytes = await readBundleFile({ size, read }, path, listed.sha256);
  const { validUntil, hostOrigin } = ticket;
  return bytes === null ? refuse({ reason: "NOT_FOUND" }) : ok({ bytes, mediaType, validUntil, hostOrigin });
}

interface Listed {
  readonly files?: { readonly [path: string]: { readonly sha256: string } };
}
