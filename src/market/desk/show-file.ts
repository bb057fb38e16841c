import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { type DiffLine, diffLines } from "../../domain/desk/line-diff.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { readText, type StoredText } from "./read-text.ts";
import { type BundleView, showBundle } from "./show-bundle.ts";

/** One file of a release, beside the same file of the release before. */
export interface FileView {
  readonly bundle: BundleView;
  readonly path: string;
  readonly size: number | null;
  readonly sizeBefore: number | null;
  /** `text` with its lines; `binary` and `large` are only named. */
  readonly content:
    | { readonly kind: "text"; readonly lines: readonly DiffLine[]; readonly isCompared: boolean }
    | { readonly kind: "binary" }
    | { readonly kind: "large" }
    /** The bytes were deleted after their time. */
    | { readonly kind: "gone" };
}

/** A page of more is no help to anybody. */
export const MAX_SHOWN_BYTES = 524_288;

/** Reading is an act of the desk: it is written down who looked at which file. Null: no such release, or no such file. */
export async function showFile(
  world: Pick<World, "desk" | "bundles" | "audit" | "clock">,
  { accountId }: AccountPrincipal,
  releaseId: string,
  path: string,
): Promise<FileView | null> {
  const bundle = await showBundle(world, releaseId);
  if (bundle === null) return null;
  const { release, diff } = bundle;
  const size = bundle.files.find((file) => file.path === path)?.size ?? null;
  const change = diff?.files.find((file) => file.path === path);
  const sizeBefore = change?.sizeBefore ?? null;
  if (size === null && sizeBefore === null) return null;
  await world.audit.append(
    {
      actorKind: "account",
      actorId: accountId,
      action: "bundle.read",
      subjectKind: "release",
      subjectId: releaseId,
      data: { path, sha256: release.sha256 },
    },
    unixSeconds(world.clock.now()),
  );
  return {
    bundle,
    path,
    size,
    sizeBefore,
    content: await contentOf(world, bundle, path, Math.max(size ?? 0, sizeBefore ?? 0)),
  };
}

async function contentOf(
  world: Pick<World, "bundles">,
  { release, manifest, diff }: BundleView,
  path: string,
  largest: number,
): Promise<FileView["content"]> {
  if (largest > MAX_SHOWN_BYTES) return { kind: "large" };
  const { previous } = release;
  const isCompared = diff !== null && previous !== null;
  const [own, old] = [digestIn(manifest, path), isCompared ? digestIn(JSON.parse(previous.manifest), path) : null];
  const after = own === null ? NOTHING : await readText(world, release.sha256, path, own);
  const before = old === null || previous === null ? NOTHING : await readText(world, previous.sha256, path, old);
  if (after.kind !== "text") return { kind: after.kind };
  if (before.kind === "binary") return { kind: "binary" };
  const lines = diffLines(before.kind === "text" ? before.text : "", after.text);
  return { kind: "text", isCompared: isCompared && before.kind === "text", lines };
}

const NOTHING: StoredText = { kind: "text", text: "" };

interface Listed {
  readonly files: { readonly [path: string]: { readonly sha256: string } };
}

function digestIn({ files }: Listed, path: string): string | null {
  return Object.hasOwn(files, path) ? (files[path]?.sha256 ?? null) : null;
}
