import { beforeAll, describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/domain/bytes.ts";
import { makePublisher, makeRelease, type Publisher, runChecks } from "../../api/publish/market.worker.ts";
import { ownPlugin } from "../../bundles.ts";
import { signIn, submit, visit } from "../people.worker.ts";
import { openDesk, seatAs, sendUpload } from "./seats.worker.ts";

let acme: Publisher;
let owner: string;

beforeAll(async () => {
  acme = await makePublisher("acme");
  await openDesk();
  owner = await signIn(acme.accountId);
});

const textOf = async (answer: Promise<Response> | Response): Promise<string> => (await answer).text();

describe("a new publisher", () => {
  it("makes an organization and stands in its overview, in the language of the browser", async () => {
    const { cookie } = await seatAs(acme, null, "Nora");
    expect(await textOf(visit("/publish", cookie))).toContain("Make an organization");
    const bad = await submit("/publish", { handle: "No!", display: "" }, cookie);
    expect(bad.status).toBe(422);
    expect(await textOf(bad)).toContain("Handle: 2–39");
    expect((await submit("/publish", { handle: "acme", display: "Acme" }, cookie)).status).toBe(409);
    const made = await submit("/publish", { handle: "nora-soft", display: "Nora Soft" }, cookie);
    expect(made.headers.get("location")).toBe("/publish/nora-soft");
    expect((await visit("/publish", cookie)).headers.get("location")).toBe("/publish/nora-soft");
    expect(await textOf(visit("/publish/nora-soft", cookie))).toContain("First steps");
    const german = await textOf(visit("/publish/nora-soft", cookie, { "accept-language": "de" }));
    expect(german).toContain('<html lang="de"');
    expect(german).toContain("Erste Schritte");
  });
});

describe("an upload through the browser", () => {
  it("is only looked at, told what is wrong where, and nothing is kept", async () => {
    const { bytes } = await ownPlugin({ publisher: "acme", name: "looked-at" });
    const fine = await textOf(sendUpload("acme", owner, { bundle: bytes, act: "check" }));
    expect(fine).toContain("This bundle would be taken");
    expect(fine).toContain("looked-at 1.0.0");
    expect(await textOf(visit("/publish/acme", owner))).not.toContain("looked-at");

    const broken = bytes.slice();
    broken[broken.length - 1] = 1;
    const refused = await sendUpload("acme", owner, { bundle: broken });
    expect(refused.status).toBe(422);
    expect(await textOf(refused)).toContain("This bundle was not taken");
    expect((await sendUpload("acme", owner, {})).status).toBe(422);
    const foreign = await ownPlugin({ publisher: "somebody", name: "looked-at" });
    expect(await textOf(sendUpload("acme", owner, { bundle: foreign.bytes }))).toContain("metadata_mismatch");
  });

  it("becomes a release that shows its gates and findings to members alone", async () => {
    const release = await makeRelease(acme, "browser-notes");
    const sent = await sendUpload("acme", owner, { bundle: release.bytes, statement: release.statement });
    expect(sent.status).toBe(303);
    const path = sent.headers.get("location") ?? "";
    await runChecks(path.split("/").at(-1) ?? "");
    const page = await textOf(visit(path, owner));
    expect(page).toContain("In review");
    expect(page).toContain("the desk");
    expect(page).toContain("The checks found nothing.");
    const overview = await textOf(visit("/publish/acme", owner));
    expect(overview).toContain(path);

    const stranger = await seatAs(acme, null, "Stefan");
    expect((await visit(path, stranger.cookie)).status).toBe(404);
    expect((await visit("/publish/acme", stranger.cookie)).status).toBe(404);
    expect((await sendUpload("acme", stranger.cookie, { bundle: release.bytes })).status).toBe(404);
    expect((await visit(path)).headers.get("location")).toContain("/sign-in");

    expect(await textOf(visit(`${path}/withdraw`, owner))).toContain("Withdraw this release?");
    expect((await visit(`${path}/yank`, owner)).status).toBe(404);
    expect((await submit(`${path}/withdraw`, { reason: "Wrong icon." }, owner)).headers.get("location")).toBe(path);
    const rejected = await textOf(visit(path, owner));
    expect(rejected).toContain("Wrong icon.");
    expect((await submit(`${path}/resubmit`, {}, owner)).status).toBe(303);
    expect(await textOf(visit(path, owner))).toContain("In review");
  });

  it("is refused when another site sends it, or when it is no such form", async () => {
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    expect((await sendUpload("acme", owner, { bundle: encodeUtf8("x") }, foreign)).status).toBe(403);
    expect((await submit("/publish/acme/upload", { act: "check" }, owner)).status).toBe(415);
  });
});
