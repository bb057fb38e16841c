import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { decodeHex } from "../../domain/bytes.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { buildKeyEvent, type KeyChange } from "../../domain/trust/key-event.ts";
import { buildKeyProof } from "../../domain/trust/key-proof.ts";
import { readPublicKey } from "../../domain/trust/public-key-text.ts";
import { keyIdOf } from "../../domain/trust/signer.ts";
import { appendKeyEvent } from "../../market/account/append-key-event.ts";
import { enrollKey } from "../../market/account/enroll-key.ts";
import type { KeyChain } from "../../market/account/key-ports.ts";
import { offerFirstKey } from "../../market/account/manage-organization.ts";
import { offerKey } from "../../market/account/offer-key.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, requireProof, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { KEY_WORDS } from "./key-words.ts";
import { AddKeyPage, EndKeyPage, KeyPapersPage, KeysPage } from "./keys.tsx";
import { onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { type Paper, paperAgain, readPaper } from "./paper.tsx";

/** Keys of an organization: shown to members, changed by owners at their passkey. */
export function registerKeyPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/keys", "see", async (context, seat) => {
    const { keyChains } = context.get("world");
    const [{ keys }, events] = await Promise.all([keyChains.read(seat.member.id), keyChains.events(seat.member.id)]);
    return privatePage(context, () => <KeysPage seat={seat} keys={keys} events={events} />);
  });

  onMember(app, "/keys/add", "administer", async (context, seat) => {
    // Asked for before the form, so that nothing typed is lost on the way to the passkey.
    const proven = await requireProof(context);
    if (proven instanceof Response) return proven;
    const active = activeOf(await chainOf(context, seat));
    return privatePage(context, () => <AddKeyPage seat={seat} active={active} />);
  });

  onMemberForm(app, "/keys/add", "administer", addKey, true);

  onMember(app, "/keys/end", "administer", async (context, seat) => {
    const proven = await requireProof(context);
    if (proven instanceof Response) return proven;
    const active = activeOf(await chainOf(context, seat));
    return active.length < 2 ? null : privatePage(context, () => <EndKeyPage seat={seat} active={active} />);
  });

  onMemberForm(app, "/keys/end", "administer", endKey, true);
  onMemberForm(app, "/keys/papers", "administer", handIn, true);
}

async function addKey(context: PublishContext, seat: Seat, form: URLSearchParams): Promise<Response> {
  const world = context.get("world");
  const { person, member } = seat;
  const words = wordsOf(KEY_WORDS, languageOf(context.req.raw));
  const chain = await chainOf(context, seat);
  const active = activeOf(chain);
  const again = (problem: FormProblem) =>
    privatePage(context, () => <AddKeyPage seat={seat} active={active} typed={form} problem={problem} />, {
      status: statusOf(problem.reason),
    });
  const read = readPublicKey(form.get("publicKey") ?? "");
  if (!read.ok)
    return again(
      invalidForm([{ field: "publicKey", text: read.why === "private" ? words.isPrivate : words.isMalformed }]),
    );
  const { publicKey } = read;
  const subject = { account: person.accountId, publisher: member.handle, marketplace: world.site.marketplace };
  const now = unixSeconds(world.clock.now());

  if (chain.keys.length === 0) {
    const offered = await offerFirstKey(world, person, member.handle);
    if (!offered.ok) return again(formProblem(offered.problem));
    const keyId = await keyIdOf(decodeHex(publicKey) ?? new Uint8Array());
    const payload = buildKeyProof(subject, offered.value.nonce, publicKey, now);
    const command = `rbsm keys enroll ${member.handle} --nonce ${offered.value.nonce}`;
    return drawPapers(context, seat, [{ id: "proof", title: words.proof, payload, keyId }], { command });
  }
  const signer = active.find(({ keyId }) => keyId === form.get("signer"));
  if (signer === undefined) return refusalPage(context, "key_unknown", 422);
  const offered = await offerKey(world, person.accountId, member.handle, publicKey);
  if (!offered.ok) return again(formProblem(offered.problem));
  const { nonce, keyId } = offered.value;
  const event = buildKeyEvent(subject, chain.head, { action: "add", publicKey });
  const papers = [
    { id: "proof", title: words.proof, payload: buildKeyProof(subject, nonce, publicKey, now), keyId },
    { id: "event", title: words.event, payload: event, keyId: signer.keyId },
  ];
  return drawPapers(context, seat, papers, { command: `rbsm keys rotate ${member.handle} --keep-old` });
}

async function endKey(context: PublishContext, seat: Seat, form: URLSearchParams): Promise<Response> {
  const world = context.get("world");
  const words = wordsOf(KEY_WORDS, languageOf(context.req.raw));
  const chain = await chainOf(context, seat);
  const active = activeOf(chain);
  const ended = active.find(({ keyId }) => keyId === form.get("keyId"));
  const signer = active.find(({ keyId }) => keyId === form.get("signer"));
  if (ended === undefined || signer === undefined) return refusalPage(context, "key_unknown", 422);
  const cuts = readCuts(form.get("from") ?? "");
  if (cuts === null)
    return privatePage(
      context,
      () => (
        <EndKeyPage
          seat={seat}
          active={active}
          typed={form}
          problem={invalidForm([{ field: "from", text: words.fromBad }])}
        />
      ),
      { status: 422 },
    );
  const { keyId } = ended;
  const change: KeyChange =
    form.get("action") === "compromise"
      ? { action: "compromise", keyId, fromSequence: cuts }
      : { action: "retire", keyId };
  const subject = { publisher: seat.member.handle, marketplace: world.site.marketplace };
  const payload = buildKeyEvent(subject, chain.head, change);
  return drawPapers(context, seat, [{ id: "event", title: words.event, payload, keyId: signer.keyId }], {});
}

/** What was signed comes back: the first key's proof alone, or an event, with the proof of a key that joins. */
async function handIn(context: PublishContext, seat: Seat, form: URLSearchParams): Promise<Response> {
  const world = context.get("world");
  const { person, member } = seat;
  const words = wordsOf(KEY_WORDS, languageOf(context.req.raw));
  const titles = { proof: words.proof, event: words.event };
  const ids = (["proof", "event"] as const).filter((id) => form.has(`${id}-payload`));
  const papers = ids.flatMap((id) => paperAgain(form, id, titles[id]) ?? []);
  if (ids.length === 0 || papers.length !== ids.length) return refusalPage(context, "document_malformed", 422);
  const unread = ids.filter((id) => readPaper(form, id) === null);
  if (unread.length > 0)
    return drawPapers(context, seat, papers, {
      problem: invalidForm(unread.map((id) => ({ field: `${id}-signature`, text: words.signatureBad }))),
    });
  const proof = ids.includes("proof") ? readPaper(form, "proof") : undefined;
  const done: Result<unknown, Problem<Reason>> = ids.includes("event")
    ? await appendKeyEvent(world, person.accountId, member.handle, { event: readPaper(form, "event"), proof })
    : await enrollKey(world, person.accountId, member.handle, proof);
  return done.ok
    ? seeOther(publisherPaths.keys(member.handle))
    : drawPapers(context, seat, papers, { problem: formProblem(done.problem) });
}

function drawPapers(
  context: PublishContext,
  seat: Seat,
  papers: readonly (Omit<Paper, "payload"> & { readonly payload: JsonObject & { readonly type: string } })[],
  { command = null, problem }: { readonly command?: string | null; readonly problem?: FormProblem },
): Promise<Response> {
  return privatePage(
    context,
    () => <KeyPapersPage seat={seat} papers={papers} command={command} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

/** `notes=12` by line → plugin → first void sequence. Null: a line says something else. */
function readCuts(text: string): { [plugin: string]: number } | null {
  const cuts: { [plugin: string]: number } = {};
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const [, plugin, sequence] = /^([a-z][a-z0-9-]{1,49})\s*=\s*([1-9]\d{0,8})$/.exec(line) ?? [];
    if (plugin === undefined || sequence === undefined) return null;
    cuts[plugin] = Number(sequence);
  }
  return cuts;
}

function chainOf(context: PublishContext, { member }: Seat): Promise<KeyChain> {
  return context.get("world").keyChains.read(member.id);
}

function activeOf({ keys }: KeyChain): KeyChain["keys"] {
  return keys.filter(({ state }) => state === "active");
}
