import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../account/calls.worker.ts";
import { makePublisher, makeRelease, operatorToken, type Publisher, publish, upload } from "./market.worker.ts";

let acme: Publisher;
let rival: Publisher;
let pluginId: string;

/** Two versions, the second the newest. */
beforeAll(async () => {
  acme = await makePublisher("acme");
  rival = await makePublisher("rival");
  const first = await makeRelease(acme, "notes");
  ({ pluginId } = await publish(acme, first));
  const head = await call("GET", "/v1/plugins/by-name/notes/head", { bearer: acme.token });
  await publish(acme, await makeRelease(acme, "notes", { version: "1.1.0", head: head.body }));
});

const act = (version: string, verb: string, body: unknown = {}, bearer = acme.token) =>
  call("POST", `/v1/plugins/${pluginId}/versions/${version}/${verb}`, { bearer, body });
const versions = async () => (await call("GET", `/v1/plugins/${pluginId}/versions`)).body;
const facts = async (table: "audit" | "changes", column: string, like: string) =>
  (await env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ? ORDER BY id`).bind(like).all()).results;

describe("yanking", () => {
  it("takes a version out of the choice, with a reason, and leaves its bytes and documents to those who name it", async () => {
    expect(await act("1.1.0", "yank", { reason: "It lost data" })).toMatchObject({
      status: 200,
      body: { pluginId, version: "1.1.0", state: "yanked" },
    });
    const list = await versions();
    expect(list.latest).toBe("1.0.0");
    expect(list.versions[0]).toMatchObject({ version: "1.1.0", state: "yanked", notice: "It lost data" });
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.version).toBe("1.0.0");
    expect((await call("GET", `/v1/plugins/${pluginId}/versions/1.1.0/release`)).status).toBe(200);
    expect(await facts("audit", "action", "release.yanked")).toMatchObject([{ actor_id: acme.accountId }]);
    expect(await facts("changes", "kind", "release.yanked")).toMatchObject([{ subject: "notes" }]);
  });

  it("happens once, also when ten ask at the same time", async () => {
    await act("1.1.0", "unyank");
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => act("1.1.0", "yank", { reason: `Reason ${i}` })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((one) => one.status !== 200))
      expect([status, body.code]).toEqual([409, "state_conflict"]);
    expect(await facts("audit", "action", "release.yanked")).toHaveLength(2);
    expect(await facts("changes", "kind", "release.yanked")).toHaveLength(2);
    expect((await act("1.1.0", "unyank")).body.state).toBe("published");
    expect((await versions()).latest).toBe("1.1.0");
    expect(await act("1.1.0", "unyank")).toMatchObject({ status: 409, body: { code: "state_conflict" } });
  });

  it("leaves a plugin without any choice visible to those who have it", async () => {
    await act("1.0.0", "yank", { reason: "Old" });
    await act("1.1.0", "yank", { reason: "New" });
    expect((await versions()).latest).toBe("");
    expect((await call("GET", "/v1/plugins/by-name/notes")).status).toBe(200);
    expect((await call("GET", "/v1/plugins?query=notes")).body.total).toBe(0);
    await act("1.0.0", "unyank");
    await act("1.1.0", "unyank");
    expect((await call("GET", "/v1/plugins?query=notes")).body.total).toBe(1);
  });
});

describe("deprecating", () => {
  it("keeps the version in the choice, with a notice that outlives a yank", async () => {
    await publish(acme, await makeRelease(acme, "better-notes"));
    const notice = { message: "Moved on", replacement: "better-notes" };
    expect((await act("1.1.0", "deprecate", notice)).body.state).toBe("deprecated");
    expect((await versions()).versions[0]).toMatchObject({ notice: "Moved on", replacement: "better-notes" });
    expect((await versions()).latest).toBe("1.1.0");
    await act("1.1.0", "yank", { reason: "Broken too" });
    expect((await versions()).versions[0]).toMatchObject({ state: "yanked", notice: "Broken too" });
    expect((await act("1.1.0", "unyank")).body.state).toBe("deprecated");
    expect((await versions()).versions[0].notice).toBe("Moved on");
    expect(await act("1.1.0", "deprecate", notice)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect((await act("1.1.0", "undeprecate")).body.state).toBe("published");
    expect((await versions()).versions[0].notice).toBeUndefined();
  });

  it("refuses a replacement that is not there, or the plugin itself", async () => {
    for (const replacement of ["never-was", "notes"])
      expect(await act("1.1.0", "deprecate", { message: "Moved on", replacement })).toMatchObject({
        status: 422,
        body: { code: "VALIDATION_ERROR" },
      });
  });
});

describe("who may", () => {
  it("is the publisher with the scope, and the desk", async () => {
    const reason = { reason: "Because" };
    expect((await act("1.1.0", "yank", reason, rival.token)).body.code).toBe("PERMISSION_DENIED");
    const made = async (body: object) =>
      (await call("POST", "/v1/tokens", { bearer: acme.token, body: { name: "narrow", ...body } })).body.token;
    const noScope = await made({ scopes: ["release:publish"] });
    expect((await act("1.1.0", "yank", reason, noScope)).status).toBe(403);
    const otherPlugin = await made({ scopes: ["release:yank"], plugins: ["better-notes"] });
    expect((await act("1.1.0", "yank", reason, otherPlugin)).status).toBe(403);
    const desk = await operatorToken();
    expect((await act("1.1.0", "yank", reason, desk)).status).toBe(200);
    expect((await act("1.1.0", "unyank", {}, desk)).status).toBe(200);
    await env.DB.prepare("UPDATE publisher_members SET role = 'developer' WHERE account_id = ?")
      .bind(Number(acme.accountId))
      .run();
    expect((await act("1.1.0", "yank", reason)).status).toBe(403);
    await env.DB.prepare("UPDATE publisher_members SET role = 'owner' WHERE account_id = ?")
      .bind(Number(acme.accountId))
      .run();
  });

  it("learns nothing of versions that were never published, and needs a reason", async () => {
    expect((await act("9.9.9", "yank", { reason: "None" })).body.code).toBe("release_not_found");
    expect((await act("1.1.0", "yank", {})).body.code).toBe("VALIDATION_ERROR");
    expect((await act("1.1.0", "yank", { reason: "  a  " })).body.code).toBe("VALIDATION_ERROR");
  });
});

describe("withdrawing", () => {
  it("ends a review by the publisher's own hand, once", async () => {
    const release = await makeRelease(acme, "second-thoughts");
    const uploaded = await upload(acme.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
    const { releaseId } = uploaded.body;
    await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: acme.token });
    const withdraw = (bearer: string) => call("POST", `/v1/releases/${releaseId}/withdraw`, { bearer });
    expect((await withdraw(rival.token)).body.code).toBe("release_not_found");
    const answers = await Promise.all(Array.from({ length: 5 }, () => withdraw(acme.token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    const after = await call("GET", `/v1/releases/${releaseId}`, { bearer: acme.token });
    expect(after.body).toMatchObject({ state: "rejected", reason: "Withdrawn by its publisher" });
    expect(await facts("audit", "action", "release.withdrawn")).toHaveLength(1);
  });
});

it("a blocked release takes its pictures along: those of the newest that stays take their place", async () => {
  const house = await makePublisher("picture-house");
  const first = await makeRelease(house, "picture-book");
  const { pluginId: id } = await publish(house, first);
  const head = await call("GET", "/v1/plugins/by-name/picture-book/head", { bearer: house.token });
  const next = await makeRelease(house, "picture-book", { version: "1.1.0", head: head.body });
  await publish(house, next);
  const pictures = (icon: string | null, screenshots: string) =>
    env.DB.prepare("UPDATE plugins SET icon = ?, screenshots = ? WHERE id = ?").bind(icon, screenshots, id).run();
  const shown = () => env.DB.prepare("SELECT icon, screenshots FROM plugins WHERE id = ?").bind(id).first();
  await pictures(`/f/${next.sha256}/icons/new.png`, JSON.stringify([{ url: `/f/${next.sha256}/s/1.png`, alt: "New" }]));
  await env.DB.prepare(
    `UPDATE releases SET manifest = json_set(manifest, '$.icon', 'icons/old.png', '$.screenshots',
       json('[{"file":"s/0.png","alt":"Old"}]')) WHERE sha256 = ?`,
  )
    .bind(first.sha256)
    .run();
  const block = (sha256: string) =>
    env.DB.prepare("UPDATE releases SET state = 'blocked' WHERE sha256 = ?").bind(sha256).run();
  await block(next.sha256);
  const url = `/f/${first.sha256}`;
  expect(await shown()).toEqual({
    icon: `${url}/icons/old.png`,
    screenshots: JSON.stringify([{ url: `${url}/s/0.png`, alt: "Old" }]),
  });
  await block(first.sha256);
  expect(await shown()).toEqual({ icon: null, screenshots: "[]" });
});
