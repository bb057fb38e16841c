import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { ownPlugin } from "../../bundles.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import {
  decide,
  makeInstance,
  makePublisher,
  makeRelease,
  operatorToken,
  type Publisher,
  publish,
  signBundle,
  upload,
} from "./market.worker.ts";

let acme: Publisher;
let other: Publisher;
beforeAll(async () => {
  acme = await makePublisher("acme");
  other = await makePublisher("other");
});

async function nothingOf(name: string): Promise<void> {
  expect(await env.DB.prepare("SELECT id FROM plugins WHERE name = ?").bind(name).first()).toBeNull();
}

describe("what is no upload", () => {
  it("names each fault and keeps nothing", async () => {
    const { bytes } = await makeRelease(acme, "never-stored");
    const junk = new TextEncoder().encode("x".repeat(500));
    const legacy = Uint8Array.from([0x52, 0x42, 0x53, 0x4d, 1, 0, 0, 0x1f, 0x8b, ...new Uint8Array(200)]);
    const table: [object, number, string][] = [
      [{ plugin: {} }, 422, "VALIDATION_ERROR"],
      [{ bundle: junk }, 422, "not_zip"],
      [{ bundle: legacy }, 422, "legacy_unreadable"],
      [{ bundle: bytes.slice(0, -1) }, 422, "end_record_missing"],
      [{ bundle: bytes, plugin: "{" }, 400, "BODY_INVALID"],
      [{ bundle: bytes, plugin: '{"a":1,"a":1}' }, 400, "BODY_INVALID"],
      [{ bundle: bytes, plugin: `${"[".repeat(60)}${"]".repeat(60)}` }, 400, "BODY_INVALID"],
      [{ bundle: bytes, plugin: { permissions: "all" } }, 422, "VALIDATION_ERROR"],
      [{ bundle: bytes, plugin: { checksum: "0".repeat(64) } }, 400, "checksum_mismatch"],
      [{ bundle: bytes, plugin: { name: "another-name" } }, 422, "metadata_mismatch"],
      [{ bundle: bytes, plugin: { version: "9.9.9" } }, 422, "metadata_mismatch"],
      [{ bundle: bytes, plugin: { type: "ui" } }, 422, "metadata_mismatch"],
      [{ bundle: bytes, plugin: { minAppVersion: "0.0.1" } }, 422, "metadata_mismatch"],
      [{ bundle: bytes, plugin: { permissions: [] } }, 422, "metadata_mismatch"],
      [{ bundle: bytes, plugin: { dependencies: [{ pluginName: "x" }] } }, 422, "metadata_mismatch"],
      [{ bundle: bytes, statement: "no json" }, 422, "document_malformed"],
    ];
    for (const [sent, status, code] of table)
      expect(await upload(acme.token, sent), JSON.stringify([status, code])).toMatchObject({
        status,
        body: { code, success: false },
      });
    await nothingOf("never-stored");
  });

  it("refuses a part that comes twice, whatever the second one holds", async () => {
    const { bytes, statement } = await makeRelease(acme, "never-stored");
    const file = new File([bytes], "plugin.rbsm");
    for (const part of ["plugin", "bundle", "statement"]) {
      const form = new FormData();
      for (const [name, value] of [
        ["plugin", "{}"],
        ["bundle", file],
        ["statement", statement],
      ] as const) {
        form.append(name, value);
        if (name === part) form.append(name, value);
      }
      const response = await exports.default.fetch(`${ORIGIN}/v1/plugins`, {
        method: "POST",
        headers: { authorization: `Bearer ${acme.token}` },
        body: form,
      });
      expect(response.status, part).toBe(422);
      expect(await response.json()).toMatchObject({
        errors: [{ pointer: `/${part}`, detail: "was sent more than once" }],
      });
    }
    await nothingOf("never-stored");
  });

  it("refuses other media types and bodies beyond the limit before reading them", async () => {
    const bearer = acme.token;
    expect((await call("POST", "/v1/plugins", { bearer, body: {} })).body.code).toBe("MEDIA_TYPE_UNSUPPORTED");
    const headers = { "content-type": "multipart/form-data; boundary=x", "content-length": "99999999" };
    const large = await call("POST", "/v1/plugins", { bearer, headers });
    expect([400, 413]).toContain(large.status);
  });
});

describe("statements", () => {
  it("refuses another key, another bundle, another marketplace, a wrong link, and says where the chain stands", async () => {
    const mine = await makeRelease(acme, "well-signed");
    const twin = await makeRelease(acme, "well-signed", { note: "another text" });
    const foreign = await signBundle(other, mine.bytes);
    const abroad = await signBundle(acme, mine.bytes, undefined, "plugins.example.org");
    const ahead = await signBundle(acme, mine.bytes, { sequence: 4, statementSha256: "ab".repeat(32) });
    const table: [string, number, string][] = [
      [foreign, 422, "key_unknown"],
      [abroad, 422, "statement_wrong_marketplace"],
      [twin.statement, 422, "statement_mismatch"],
      [ahead, 409, "statement_stale"],
      [mine.statement.replace(/"sig":"./, '"sig":"A'), 422, "signature_invalid"],
    ];
    for (const [statement, status, code] of table)
      expect(await upload(acme.token, { bundle: mine.bytes, statement }), code).toMatchObject({
        status,
        body: { code },
      });
    const stale = await upload(acme.token, { bundle: mine.bytes, statement: ahead });
    expect(stale.body).toMatchObject({ sequence: 0, statementSha256: null });
    await nothingOf("well-signed");
  });

  it("refuses a statement for another plugin's name", async () => {
    const one = await makeRelease(acme, "first-name");
    const two = await makeRelease(acme, "second-name");
    const refused = await upload(acme.token, { bundle: one.bytes, statement: two.statement });
    expect(refused.body).toMatchObject({ code: "statement_mismatch", field: "name" });
  });

  it("refuses a retired and a compromised key", async () => {
    const { bytes, statement } = await makeRelease(other, "old-key");
    const keyId = await other.signer.keyId();
    for (const state of ["retired", "compromised"]) {
      await env.DB.prepare("UPDATE publisher_keys SET state = ? WHERE key_id = ?").bind(state, keyId).run();
      expect((await upload(other.token, { bundle: bytes, statement })).body.code).toBe(`key_${state}`);
    }
    await env.DB.prepare("UPDATE publisher_keys SET state = 'active' WHERE key_id = ?").bind(keyId).run();
  });
});

describe("names and versions", () => {
  it("answers the same upload again with the same release, other bytes with version_exists, strangers with name_taken", async () => {
    const release = await makeRelease(acme, "taken-name");
    const sent = { bundle: release.bytes, statement: release.statement };
    const first = await upload(acme.token, sent);
    const again = await upload(acme.token, sent);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toMatchObject({ id: first.body.id, releaseId: first.body.releaseId });
    const withoutStatement = await upload(acme.token, { bundle: release.bytes, plugin: release.metadata });
    expect([withoutStatement.status, withoutStatement.body.releaseId]).toEqual([200, first.body.releaseId]);

    const changed = await ownPlugin({ publisher: "acme", name: "taken-name", note: "other bytes" });
    expect(await upload(acme.token, { bundle: changed.bytes })).toMatchObject({
      status: 409,
      body: { code: "version_exists" },
    });
    const theirs = await makeRelease(other, "taken-name", { version: "2.0.0" });
    expect(await upload(other.token, { bundle: theirs.bytes, statement: theirs.statement })).toMatchObject({
      status: 409,
      body: { code: "name_taken" },
    });
    expect(await upload(other.token, sent)).toMatchObject({ status: 409, body: { code: "name_taken" } });
  });

  it("refuses a manifest that names somebody else as publisher", async () => {
    const release = await makeRelease(other, "borrowed-name");
    const refused = await upload(acme.token, { bundle: release.bytes });
    expect(refused).toMatchObject({ status: 422, body: { code: "metadata_mismatch", fields: ["publisher"] } });
    await publish(acme, await makeRelease(acme, "own-name"));
    const slip = await makeRelease(other, "own-name", { version: "2.0.0" });
    expect((await upload(acme.token, { bundle: slip.bytes })).body.code).toBe("metadata_mismatch");
  });

  it("keeps reserved names and tombstones for those they belong to", async () => {
    const add = env.DB.prepare("INSERT INTO reserved_names (name, kind, publisher_id, at) VALUES (?, ?, ?, 1)");
    await env.DB.batch([
      add.bind("rising-bsm", "reserved", null),
      add.bind("buried-name", "tombstone", Number(acme.publisherId)),
    ]);
    const reserved = await makeRelease(other, "rising-bsm");
    const buried = await makeRelease(other, "buried-name");
    for (const release of [reserved, buried])
      expect((await upload(other.token, { bundle: release.bytes, statement: release.statement })).body.code).toBe(
        "name_reserved",
      );
  });

  it("lets a rejected number be staged again and a published one never", async () => {
    const house = await makePublisher("second-try");
    const release = await makeRelease(house, "try-again");
    const first = (await upload(house.token, { bundle: release.bytes, statement: release.statement })).body;
    await call("GET", `/v1/releases/${first.releaseId}?wait=30`, { bearer: house.token });
    expect((await decide(first.releaseId, release.sha256, "reject")).body.state).toBe("rejected");
    const shown = await call("GET", `/v1/releases/${first.releaseId}`, { bearer: house.token });
    expect(shown.body).toMatchObject({ state: "rejected", reason: "Looked at it.", gates: [] });

    const head = (await call("GET", "/v1/plugins/by-name/try-again/head", { bearer: house.token })).body;
    expect(head.sequence).toBe(1);
    const better = await makeRelease(house, "try-again", { note: "better", head });
    const { pluginId } = await publish(house, better);
    expect(pluginId).toBe(first.id);
    const third = await ownPlugin({ publisher: "second-try", name: "try-again", note: "third" });
    expect((await upload(house.token, { bundle: third.bytes })).body.code).toBe("version_exists");
  });
});

describe("who may", () => {
  it("needs a credential, a scope and a seat in the publisher", async () => {
    const { bytes, statement } = await makeRelease(acme, "who-may");
    expect((await upload("rbsm_pat_wrong", { bundle: bytes })).status).toBe(401);
    expect((await upload(await operatorToken(), { bundle: bytes, statement })).status).toBe(403);
    const plain = await makeInstance(acme.token);
    expect((await upload(await plain.bearer(), { bundle: bytes })).body.code).toBe("PERMISSION_DENIED");
    const foreign = await makeInstance(other.token, "other");
    expect((await upload(await foreign.bearer(), { bundle: bytes })).body.code).toBe("metadata_mismatch");
    await nothingOf("who-may");
  });

  it("holds a token to its plugin list and its scopes, and a build machine's token to staging", async () => {
    const narrow = async (name: string, changes: Record<string, string>) => {
      const sets = Object.keys(changes).map((column) => `${column} = ?`);
      await env.DB.prepare(`UPDATE tokens SET ${sets.join(", ")} WHERE account_id = ?`)
        .bind(...Object.values(changes), Number(house.accountId))
        .run();
      const { bytes, statement } = await makeRelease(house, name);
      return upload(house.token, { bundle: bytes, statement });
    };
    const house = await makePublisher("narrow-house");
    expect((await narrow("outside-list", { plugins: '["other-plugin"]' })).status).toBe(403);
    expect((await narrow("outside-list", { plugins: '["outside-list"]', scopes: '["release:publish"]' })).status).toBe(
      403,
    );
    expect((await narrow("outside-list", { scopes: '["plugin:create"]' })).status).toBe(403);
    const staged = await narrow("outside-list", { scopes: '["release:stage","plugin:create"]' });
    expect(staged.status).toBe(201);
    await env.DB.prepare("UPDATE tokens SET plugins = NULL, scopes = ? WHERE account_id = ?")
      .bind('["release:stage","release:publish","stats:read"]', Number(house.accountId))
      .run();
    const view = await call("GET", `/v1/releases/${staged.body.releaseId}?wait=30`, { bearer: house.token });
    expect(view.body.gates).toEqual(["approval", "desk"]);
    const approved = await decide(staged.body.releaseId, view.body.sha256);
    expect(approved).toMatchObject({ status: 409, body: { code: "state_conflict", gates: ["approval"] } });
  });

  it("lets a ci token with every scope written into it only stage, and create no name", async () => {
    const house = await makePublisher("ci-house");
    const release = await makeRelease(house, "from-a-machine");
    const { pluginId } = await publish(house, release);
    const { SCOPES } = await import("../../../src/domain/account/scopes.ts");
    const forged = `UPDATE tokens SET kind = 'ci', scopes = '${JSON.stringify(SCOPES)}' WHERE account_id = ?`;
    await env.DB.prepare(forged).bind(Number(house.accountId)).run();
    const fresh = await makeRelease(house, "born-in-ci");
    expect((await upload(house.token, { bundle: fresh.bytes, statement: fresh.statement })).status).toBe(403);
    const head = { sequence: 1, statementSha256: await headDigest("from-a-machine") };
    const next = await makeRelease(house, "from-a-machine", { version: "1.1.0", head });
    const staged = await upload(house.token, { bundle: next.bytes, statement: next.statement });
    expect(staged.status).toBe(201);
    const needs = await env.DB.prepare("SELECT needs_approval FROM releases WHERE id = ?")
      .bind(Number(staged.body.releaseId))
      .first("needs_approval");
    expect(needs).toBe(1);
    expect((await call("PUT", `/v1/plugins/${pluginId}`, { bearer: house.token, body: {} })).status).toBe(403);
  });

  it("lets an instance upload for its publisher and wait for a maintainer's signature", async () => {
    const house = await makePublisher("host-house");
    const instance = await makeInstance(house.token, "host-house");
    const release = await makeRelease(house, "from-the-host");
    const staged = await upload(await instance.bearer(), { bundle: release.bytes, plugin: release.metadata });
    expect(staged).toMatchObject({ status: 201, body: { status: "pending" } });
    const { releaseId } = staged.body;
    const view = await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: await instance.bearer() });
    expect(view.body).toMatchObject({ state: "review", gates: ["statement", "desk"] });
    expect((await decide(releaseId, release.sha256)).body).toMatchObject({
      code: "state_conflict",
      gates: ["statement"],
    });

    const signed = await upload(house.token, { bundle: release.bytes, statement: release.statement });
    expect([signed.status, signed.body.releaseId]).toEqual([200, releaseId]);
    expect((await decide(releaseId, release.sha256)).body.state).toBe("published");
  });
});

async function headDigest(name: string): Promise<string | null> {
  return env.DB.prepare("SELECT head_statement_sha256 FROM plugins WHERE name = ?")
    .bind(name)
    .first<string>("head_statement_sha256");
}

describe("brakes", () => {
  it("lets the sixth release in ten minutes wait at velocity (sec-04)", async () => {
    const house = await makePublisher("fast-house");
    let head: { sequence: number; statementSha256: string | null } = { sequence: 0, statementSha256: null };
    for (let number = 0; number < 5; number++) {
      const release = await makeRelease(house, "too-fast", { version: `1.0.${number}`, head });
      await publish(house, release);
      head = { sequence: number + 1, statementSha256: await headDigest("too-fast") };
    }
    const sixth = await makeRelease(house, "too-fast", { version: "1.0.5", head });
    const { releaseId } = (await upload(house.token, { bundle: sixth.bytes, statement: sixth.statement })).body;
    const view = await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: house.token });
    expect(view.body).toMatchObject({ gates: ["velocity", "desk"], earliest: expect.any(String) });
    expect((await decide(releaseId, sixth.sha256)).body).toMatchObject({ code: "state_conflict", gates: ["velocity"] });
    await env.DB.prepare("UPDATE releases SET velocity_until = 1 WHERE id = ?").bind(Number(releaseId)).run();
    expect((await decide(releaseId, sixth.sha256)).body.state).toBe("published");
  });

  it("bounds first releases in waiting, new plugins in a week and uploads in a day", async () => {
    const house = await makePublisher("busy-house");
    for (const name of ["busy-one", "busy-two", "busy-three"]) {
      const { bytes, statement } = await makeRelease(house, name);
      expect((await upload(house.token, { bundle: bytes, statement })).status).toBe(201);
    }
    const fourth = await makeRelease(house, "busy-four");
    const send = () => upload(house.token, { bundle: fourth.bytes, statement: fourth.statement });
    expect(await send()).toMatchObject({ status: 429, body: { code: "quota_pending" } });
    const now = Math.floor(Date.now() / 1000);
    const add = env.DB.prepare(
      `INSERT INTO plugins (uuid, name, publisher_id, display_name, description, category, type, pricing, latest_release_id, listed, created_at, updated_at)
       VALUES (?, ?, ?, 'x', 'x', 'other', 'ui', '{"currency":"EUR","tiers":[]}', 1, 0, ?, ?)`,
    );
    await env.DB.batch(
      Array.from({ length: 17 }, (_, i) => add.bind(`u${i}`, `filler-${i}`, Number(house.publisherId), now, now)),
    );
    expect(await send()).toMatchObject({ status: 429, body: { code: "quota_plugins" } });
    const again = await upload(house.token, { bundle: (await makeRelease(house, "busy-one")).bytes });
    expect(again.status).toBe(200);
  });
});
