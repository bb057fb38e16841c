import type { BundleReason } from "./reasons.ts";

interface Magic {
  readonly name: string;
  readonly code: BundleReason;
  readonly offset: number;
  readonly bytes: readonly number[];
}

/** First bytes of what may be in no bundle under any name. */
const MAGICS: readonly Magic[] = [
  archive("zip", [0x50, 0x4b, 0x03, 0x04]),
  archive("zip", [0x50, 0x4b, 0x05, 0x06]),
  archive("zip", [0x50, 0x4b, 0x07, 0x08]),
  archive("gzip", [0x1f, 0x8b]),
  archive("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
  archive("bzip2", [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 4),
  archive("bzip2", [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], 4),
  archive("7z", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  archive("rar", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]),
  archive("zstd", [0x28, 0xb5, 0x2f, 0xfd]),
  archive("tar", [0x75, 0x73, 0x74, 0x61, 0x72], 257),
  program("Windows program", [0x4d, 0x5a]),
  program("ELF program", [0x7f, 0x45, 0x4c, 0x46]),
  program("Mach-O program", [0xfe, 0xed, 0xfa, 0xce]),
  program("Mach-O program", [0xfe, 0xed, 0xfa, 0xcf]),
  program("Mach-O program", [0xce, 0xfa, 0xed, 0xfe]),
  program("Mach-O program", [0xcf, 0xfa, 0xed, 0xfe]),
  program("Mach-O program", [0xca, 0xfe, 0xba, 0xbe]),
  program("script for a shell", [0x23, 0x21]),
  program("WebAssembly", [0x00, 0x61, 0x73, 0x6d]),
];

/** An archive or a program, told by its content; null for everything else. */
export function forbiddenContent(bytes: Uint8Array): { readonly code: BundleReason; readonly detail: string } | null {
  const found = MAGICS.find(({ offset, bytes: magic }) => magic.every((byte, index) => bytes[offset + index] === byte));
  return found === undefined ? null : { code: found.code, detail: found.name };
}

function archive(name: string, bytes: readonly number[], offset = 0): Magic {
  return { name, code: "nested_archive", offset, bytes };
}

function program(name: string, bytes: readonly number[]): Magic {
  return { name, code: "file_type_forbidden", offset: 0, bytes };
}
