import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { handInStatement, prepareStatement } from "../../market/publisher/sign-release.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, requireProof, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { KEY_WORDS } from "./key-words.ts";
import { ID, onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { type Paper, readPaper } from "./paper.tsx";
import { type FoundRelease, findRelease } from "./release-routes.tsx";
import { RELEASE_WORDS } from "./release-words.ts";
import { SignPage } from "./sign.tsx";

const BASE = `/releases/${ID}/sign`;

/** A release that came unsigned is signed by an owner or maintainer, who proves to be there. */
export function registerSignPages(app: Hono<PersonalEnv>): void {
  onMember(app, BASE, "publish", async (context, seat) => {
    const proven = await requireProof(context);
    if (proven instanceof Response) return proven;
    const found = await findRelease(context, seat);
    return found === null || !found.release.gates.includes("statement") ? null : drawSign(context, seat, found);
  });

  onMemberForm(
    app,
    BASE,
    "publish",
    async (context, seat, form) => {
      const found = await findRelease(context, seat);
      if (found === null) return refusalPage(context, "NOT_FOUND", 404);
      const words = wordsOf(KEY_WORDS, languageOf(context.req.raw));
      const statement = readPaper(form, "statement");
      if (statement === null)
        return drawSign(
          context,
          seat,
          found,
          invalidForm([{ field: "statement-signature", text: words.signatureBad }]),
        );
      const world = context.get("world");
      const signed = await handInStatement(world, seat.person, found.release, JSON.stringify(statement));
      return signed.ok
        ? seeOther(publisherPaths.release(seat.member.handle, found.release.releaseId))
        : drawSign(context, seat, found, formProblem(signed.problem));
    },
    true,
  );
}

async function drawSign(
  context: PublishContext,
  seat: Seat,
  { release }: FoundRelease,
  problem?: FormProblem,
): Promise<Response> {
  const world = context.get("world");
  const { keys } = await world.keyChains.read(seat.member.id);
  const active = keys.filter(({ state }) => state === "active");
  const asked = new URL(context.req.url).searchParams.get("key");
  const key = active.find(({ keyId }) => keyId === asked) ?? active.at(-1);
  const prepared = key === undefined ? null : await prepareStatement(world, release, key.keyId);
  if (prepared !== null && !prepared.ok) return refusalPage(context, prepared.problem.reason, 409);
  const words = wordsOf(RELEASE_WORDS, languageOf(context.req.raw));
  const paper: Paper | null =
    key === undefined || prepared === null
      ? null
      : {
          id: "statement",
          title: words.title(release.displayName, release.version),
          payload: prepared.value as JsonObject & { readonly type: string },
          keyId: key.keyId,
        };
  return privatePage(
    context,
    () => <SignPage seat={seat} release={release} keys={active} paper={paper} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}
