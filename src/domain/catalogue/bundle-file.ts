import { setOptions, unzipRaw } from "unzipit";
import { type Bytes, encodeUtf8 } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";

setOptions({ useWorkers: false });

/** Reads exactly [offset, offset + length) of a stored bundle, or throws. */
export interface RangeSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * One file out of an accepted bundle by range: end record, directory, entry – never the whole archive. Null when there is
 * no such file; throws when its digest is not the manifest's, for then what is stored is not what was accepted.
 */
export async function readBundleFile(source: RangeSource, path: string, sha256: string): Promise<Bytes | null> {
  const { entries } = await unzipRaw({
    getLength: async () => source.size,
    read: async (offset: number, length: number) => exactly(await source.read(offset, length), length),
  });
  const entry = entries.find((candidate) => candidate.name === path);
  if (entry === undefined || encodeUtf8(entry.name).length !== entry.nameBytes.length) return null;
  const bytes = new Uint8Array(await entry.arrayBuffer());
  if ((await sha256Hex(bytes)) !== sha256) throw new Error(`stored file ${path} is not the accepted one`);
  return bytes;
}

/** A reader that answers more or less than asked would shift every later byte. */
function exactly(bytes: Uint8Array, length: number): Bytes {
  if (bytes.length !== length) throw new Error(`asked for ${length} bytes, got ${bytes.length}`);
  return new Uint8Array(bytes);
}
