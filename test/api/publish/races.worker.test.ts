import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../account/calls.worker.ts";
import { decide, makePublisher, makeRelease, type Publisher, upload } from "./market.worker.ts";

let acme: Publisher;
beforeAll(async () => {
  acme = await makePublisher("acme");
});

const rowsOf = (name: string) =>
  env.DB.prepare("SELECT r.sha256, r.state FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE p.name = ?")
    .bind(name)
    .all<{ sha256: string; state: string }>();

describe("uploads at the same time", () => {
  it("makes one release of fifty uploads of one version", async () => {
    const { bytes, statement } = await makeRelease(acme, "fifty-times");
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => upload(acme.token, { bundle: bytes, statement })),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200 || status === 409)).toHaveLength(49);
    expect(new Set(answers.filter(({ status }) => status < 300).map(({ body }) => body.releaseId)).size).toBe(1);
    expect((await rowsOf("fifty-times")).results).toHaveLength(1);
    const staged = await env.DB.prepare(
      "SELECT count(*) AS n FROM audit WHERE action = 'release.staged' AND subject_id = ?",
    )
      .bind(answers.find(({ status }) => status === 201)?.body.releaseId)
      .first<number>("n");
    expect(staged).toBe(1);
  });

  it("gives the version to one of two bundles; digest, R2 and row agree (sec-08)", async () => {
    for (let round = 0; round < 3; round++) {
      const name = `two-bundles-${round}`;
      const house = await makePublisher(`race-house-${round}`);
      const one = await makeRelease(house, name, { note: "one" });
      const two = await makeRelease(house, name, { note: "two" });
      const answers = await Promise.all(
        [one, two, one, two].map(({ bytes, statement }) => upload(house.token, { bundle: bytes, statement })),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      for (const { status, body } of answers)
        if (status === 409) expect(["version_exists", "statement_stale", "state_conflict"]).toContain(body.code);
      const [row, ...others] = (await rowsOf(name)).results;
      expect(others).toEqual([]);
      expect(answers.find(({ status }) => status === 201)?.body.checksum).toBe(row?.sha256);
      expect(await env.BUNDLES.head(`b/sha256/${row?.sha256}`)).not.toBeNull();
    }
  });

  it("gives a free name to one of two publishers", async () => {
    const [one, two] = [await makePublisher("quick-one"), await makePublisher("quick-two")];
    const releases = [await makeRelease(one, "wanted-name"), await makeRelease(two, "wanted-name")];
    const answers = await Promise.all([
      upload(one.token, { bundle: releases[0]?.bytes, statement: releases[0]?.statement } as never),
      upload(two.token, { bundle: releases[1]?.bytes, statement: releases[1]?.statement } as never),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("name_taken");
  });

  it("takes one of two statements for the same place in the chain", async () => {
    const house = await makePublisher("chain-house");
    const one = await makeRelease(house, "one-chain", { version: "1.0.0" });
    const two = await makeRelease(house, "one-chain", { version: "1.1.0" });
    const answers = await Promise.all(
      [one, two].map(({ bytes, statement }) => upload(house.token, { bundle: bytes, statement })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "statement_stale", sequence: 1 });
    expect((await rowsOf("one-chain")).results).toHaveLength(1);
  });
});

describe("decisions at the same time", () => {
  it("publishes once, with one receipt, whatever ten deciders say", async () => {
    const house = await makePublisher("decided-house");
    const release = await makeRelease(house, "decided-once");
    const { releaseId, id } = (await upload(house.token, { bundle: release.bytes, statement: release.statement })).body;
    await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: house.token });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => decide(releaseId, release.sha256, i % 2 === 0 ? "approve" : "reject")),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "state_conflict")).toHaveLength(9);
    const plugin = await env.DB.prepare("SELECT publications, latest_release_id FROM plugins WHERE id = ?")
      .bind(Number(id))
      .first();
    const winner = answers.find(({ status }) => status === 200)?.body.state;
    expect(plugin).toEqual(
      winner === "published"
        ? { publications: 1, latest_release_id: Number(releaseId) }
        : { publications: 0, latest_release_id: null },
    );
  });

  it("numbers two releases of one plugin that are approved together 1 and 2, chained", async () => {
    const house = await makePublisher("pair-house");
    const one = await makeRelease(house, "pair-plugin", { version: "1.0.0" });
    const first = (await upload(house.token, { bundle: one.bytes, statement: one.statement })).body;
    const head = (await call("GET", "/v1/plugins/by-name/pair-plugin/head", { bearer: house.token })).body;
    const two = await makeRelease(house, "pair-plugin", { version: "1.1.0", head });
    const second = (await upload(house.token, { bundle: two.bytes, statement: two.statement })).body;
    for (const { releaseId } of [first, second])
      await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: house.token });
    const answers = await Promise.all([decide(first.releaseId, one.sha256), decide(second.releaseId, two.sha256)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { results } = await env.DB.prepare(
      "SELECT publication, receipt, receipt_sha256 FROM releases WHERE plugin_id = ? ORDER BY publication",
    )
      .bind(Number(first.id))
      .all<{ publication: number; receipt: string; receipt_sha256: string }>();
    expect(results.map((row) => row.publication)).toEqual([1, 2]);
    const payload = JSON.parse(
      atob(
        JSON.parse(results[1]?.receipt ?? "{}")
          .payload.replaceAll("-", "+")
          .replaceAll("_", "/"),
      ),
    );
    expect(payload.previousReceipt).toBe(results[0]?.receipt_sha256);
  });
});

describe("the desk", () => {
  it("decides about the bytes it looked at, not about its own publisher, and only with the right", async () => {
    const house = await makePublisher("desk-house");
    const release = await makeRelease(house, "looked-at");
    const { releaseId } = (await upload(house.token, { bundle: release.bytes, statement: release.statement })).body;
    await call("GET", `/v1/releases/${releaseId}?wait=30`, { bearer: house.token });
    expect((await decide(releaseId, "ab".repeat(32))).body).toMatchObject({
      code: "state_conflict",
      sha256: release.sha256,
    });
    expect((await decide("999999", release.sha256)).body.code).toBe("release_not_found");
    const body = { decision: "approve", reason: "Mine.", sha256: release.sha256 };
    expect((await call("POST", `/v1/desk/releases/${releaseId}/decision`, { bearer: house.token, body })).status).toBe(
      403,
    );
    expect((await call("GET", "/v1/desk/queue", { bearer: house.token })).status).toBe(403);

    const join =
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) SELECT ?, id, 'analyst', 1 FROM accounts WHERE is_operator = 1";
    await env.DB.prepare(join).bind(Number(house.publisherId)).run();
    for (const decision of ["approve", "reject"])
      expect(await decide(releaseId, release.sha256, decision)).toMatchObject({
        status: 403,
        body: { code: "own_plugin" },
      });
    await env.DB.prepare("DELETE FROM publisher_members WHERE role = 'analyst'").run();
    expect((await decide(releaseId, release.sha256)).status).toBe(200);
  });
});
