import { readFile } from "node:fs/promises";
import { ok } from "../../domain/result.ts";
import { peekPayload } from "../../domain/trust/envelope.ts";
import { command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { TRUST_LIST, type TrustList } from "../work/config.ts";
import { chooseMarketplace, type Marketplace } from "../work/marketplace.ts";
import { readJsonFile } from "../work/project-files.ts";
import {
  collectPublisherKeys,
  type Documents,
  fetchDocuments,
  readDocuments,
  readKeyEvents,
} from "../work/release-documents.ts";
import { keepSeen, recallSeen } from "../work/seen-releases.ts";
import { judgeListed } from "../work/updates.ts";
import {
  summarizeRelease,
  type Verification,
  type Verified,
  verifyBundle,
  verifyPublished,
} from "../work/verify-bundle.ts";

export const verifyCommand = command({
  summary: "check a bundle, its statement and its receipt",
  details: [
    "With --release the file holds {statement, receipt}, and perhaps {publisherKeys, keyEvents} as rbsm install writes them; nothing is asked of the network. --fetch asks the marketplace for all of them, and its update repository where its root is pinned (rbsm root pin). With --statement only the publisher's signature is checked: the answer says that no receipt was seen. The marketplace's keys come from the pinned list, or from --trust, and are never fetched.",
    "What was seen of a plugin is remembered in $XDG_STATE_HOME/rbsm: a release older than the newest seen is refused unless --version names it, and two different receipts under one number always are.",
    "A publisher's keys are your own and those of the release file, or that of --publisher-key alone, or with --fetch those the marketplace names. Key events are honored wherever they come from: a new key is believed when a known one added it, and a compromised one signs for nothing from its cut on.",
  ],
  positionals: [{ name: "FILE", summary: "the .rbsm file" }],
  flags: {
    release: { value: "FILE", summary: "statement and receipt, as GET …/release answers them" },
    statement: { value: "FILE", summary: "the statement alone: an unpublished bundle" },
    fetch: { summary: "ask the marketplace for statement, receipt and publisher keys" },
    trust: { value: "FILE", summary: "the pinned key list, instead of the one of your login" },
    "key-events": { value: "FILE", summary: "the publisher's key events, as GET …/key-events answers them" },
    "publisher-key": { value: "HEX", summary: "public key the statement must be signed with" },
    name: { value: "NAME", summary: "refuse another plugin than this" },
    version: { value: "VERSION", summary: "refuse another version than this" },
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
  },
  examples: [
    "rbsm verify visit-notes-1.4.0.rbsm --fetch",
    "rbsm verify a.rbsm --release a.release.json --trust trust.json",
  ],
  async run({ flags, args: [file = ""] }) {
    const given = [flags.release, flags.statement, flags.fetch].filter((flag) => flag !== undefined);
    if (given.length !== 1)
      return {
        ok: false,
        problem: misuse("option_missing", "rbsm verify needs one of --release, --statement, --fetch."),
      };
    const bytes = new Uint8Array(await readFile(file));
    const trust = await findTrust(flags.trust, flags.marketplace);
    if (!trust.ok) return trust;
    const documents = await findDocuments(bytes, trust.value.marketplace, flags);
    if (!documents.ok) return documents;
    const keys = await collectPublisherKeys(process.env, documents.value, flags["publisher-key"]);
    if (!keys.ok) return keys;
    const events =
      flags["key-events"] === undefined ? ok(documents.value.keyEvents) : await readKeyEvents(flags["key-events"]);
    if (!events.ok) return events;
    const verification = {
      bytes,
      documents: { ...documents.value, ...(events.value === undefined ? {} : { keyEvents: events.value }) },
      trust: trust.value.list,
      publisherKeys: keys.value,
      asCurrent: flags.version === undefined,
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.version === undefined ? {} : { version: flags.version }),
    };
    const verified =
      documents.value.receipt === null
        ? await verifyBundle(verification)
        : await verifyAndRemember(
            verification,
            flags["publisher-key"] !== undefined,
            flags.fetch === true ? (trust.value.marketplace?.origin ?? null) : null,
          );
    if (!verified.ok) return verified;
    const { name, version, publisher, sha256, keyId, sequence, receipt } = verified.value;
    return ok({
      data: { ...verified.value },
      lines: [
        `${name} ${version} of ${publisher}`,
        `  sha256 ${sha256}`,
        `  statement ${sequence}, signed with ${keyId}`,
        receipt === null
          ? "  no receipt: this says nothing about whether it was published"
          : `  receipt ${receipt.publication} of ${receipt.publishedAt}, signed with ${receipt.keyId}`,
      ],
    });
  },
});

/**
 * A published release is held against what this machine saw of the plugin before, and remembered; with an `origin` whose
 * update root is pinned also against what is listed there now.
 */
async function verifyAndRemember(
  verification: Verification,
  isKeyNamed: boolean,
  origin: string | null,
): Promise<Outcome<Verified>> {
  const { trust, documents } = verification;
  const claim = peekPayload(documents.statement);
  const name = verification.name ?? (claim.ok ? String(claim.value.name) : "");
  const seen = await recallSeen(process.env, trust, name);
  if (!seen.ok) return seen;
  // Whoever names the key vouches for it; any other new key has to come by key events.
  const vouched = isKeyNamed ? verification.publisherKeys.map(({ keyId }) => keyId) : [];
  const known = seen.value && { ...seen.value, publisherKeyIds: [...seen.value.publisherKeyIds, ...vouched] };
  const release = await verifyPublished({ ...verification, seen: known });
  if (!release.ok) return release;
  const summary = summarizeRelease(release.value);
  const { version, sha256 } = summary;
  const proven = { name: summary.name, version, sha256, receiptSha256: release.value.receipt.sha256 };
  const listed = origin === null ? ok(null) : await judgeListed(process.env, origin, proven);
  if (!listed.ok) return listed;
  const kept = await keepSeen(process.env, trust, name, release.value);
  return kept.ok ? ok(summary) : kept;
}

interface Trust {
  readonly list: TrustList;
  /** null when the list came from a file and no marketplace is known. */
  readonly marketplace: Marketplace | null;
}

/** The list of --trust, else the pinned one. It is never fetched: who can swap the bundle could swap the list. */
async function findTrust(file: string | undefined, origin: string | undefined): Promise<Outcome<Trust>> {
  const marketplace = await chooseMarketplace({ env: process.env, origin });
  if (file !== undefined) {
    const list = TRUST_LIST.safeParse(await readJsonFile(file));
    if (list.success) return ok({ list: list.data, marketplace: marketplace.ok ? marketplace.value : null });
    return { ok: false, problem: misuse("trust_list_malformed", `${file} is not a list of marketplace keys.`) };
  }
  if (!marketplace.ok) return marketplace;
  if (marketplace.value.trust) return ok({ list: marketplace.value.trust, marketplace: marketplace.value });
  return {
    ok: false,
    problem: {
      code: "trust_list_missing",
      kind: "trust",
      message: `No keys of ${marketplace.value.origin} are pinned.`,
      next: "Log in once, or pass --trust FILE.",
    },
  };
}

async function findDocuments(
  bytes: Uint8Array,
  marketplace: Marketplace | null,
  flags: { readonly release?: string; readonly statement?: string },
): Promise<Outcome<Documents>> {
  if (flags.release !== undefined) return readDocuments(flags.release);
  if (flags.statement !== undefined)
    return ok({ statement: await readJsonFile(flags.statement), receipt: null, publisherKeys: [] });
  if (marketplace) return fetchDocuments(marketplace, bytes);
  return { ok: false, problem: misuse("marketplace_missing", "Which marketplace?", "Pass --marketplace URL.") };
}
