import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Runner } from "../../../src/contract/sandbox.ts";
import type { Principal } from "../../../src/domain/account/principal.ts";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { CHECKS } from "../../../src/domain/release/checks.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { createDryRun } from "../../../src/gateway/execution/dry-run.ts";
import { createReceiptSigner } from "../../../src/gateway/signers.ts";
import type { World } from "../../../src/market/ports.ts";
import { checkRelease } from "../../../src/market/publish/check-release.ts";
import { decideRelease } from "../../../src/market/publish/decide-release.ts";
import { showRelease } from "../../../src/market/publish/show-release.ts";
import { sweepReleases } from "../../../src/market/publish/sweep-releases.ts";
import { uploadRelease } from "../../../src/market/publish/upload-release.ts";
import { createAccountStore } from "../../../src/storage/account/account-store.ts";
import { createInstanceStore } from "../../../src/storage/account/instance-store.ts";
import { bundlesOnR2 } from "../../../src/storage/bundles.ts";
import { deliveriesOn } from "../../../src/storage/catalogue/delivery.ts";
import { catalogueOnD1 } from "../../../src/storage/catalogue/store.ts";
import { orphansOn } from "../../../src/storage/publish/orphans.ts";
import { pipelineOnD1 } from "../../../src/storage/publish/pipeline.ts";
import { sealingsOnD1 } from "../../../src/storage/publish/sealings.ts";
import { releasesOnD1 } from "../../../src/storage/publish/store.ts";
import { releaseIndexOnD1 } from "../../../src/storage/resolve/release-index.ts";
import { createVault } from "../../../src/storage/vault.ts";
import { signBundle } from "../../api/publish/market.worker.ts";
import { ownPlugin } from "../../bundles.ts";
import { TEST_SECRETS } from "../../secrets.ts";

type Needs = Pick<
  World,
  | "releases"
  | "catalogue"
  | "bundles"
  | "releaseBell"
  | "deliveries"
  | "orphans"
  | "site"
  | "clock"
  | "chance"
  | "background"
  | "receiptSigner"
  | "sealings"
  | "instances"
  | "vault"
  | "pipeline"
  | "dryRun"
  | "releaseIndex"
  | "accounts"
  | "mail"
  | "tuf"
>;

const NOON = 1_767_268_800;
let rung: string[] = [];
let now = NOON;
let number = 0;

/** The real stores, a bell that only notes, a clock that stands; any port can be broken by the test. */
function world(broken: Partial<Needs> = {}): Needs {
  return {
    releases: releasesOnD1(env.DB),
    catalogue: catalogueOnD1(env.DB),
    bundles: bundlesOnR2(env.BUNDLES),
    deliveries: deliveriesOn(env.DB, env.BUNDLES, { fetch: async () => new Response(null, { status: 404 }) }),
    orphans: orphansOn(env.DB, env.BUNDLES),
    sealings: sealingsOnD1(env.DB),
    instances: createInstanceStore(env.DB),
    vault: createVault(TEST_SECRETS.KEK_V1),
    pipeline: pipelineOnD1(env.DB),
    dryRun: createDryRun(env.SANDBOX as unknown as Runner),
    releaseIndex: releaseIndexOnD1(env.DB),
    accounts: createAccountStore(env.DB),
    mail: { send: async () => {}, waiting: async () => [] },
    tuf: { write: async () => ({ state: "unfounded", files: [], hasMore: false }) } as unknown as World["tuf"],
    releaseBell: { ring: async (id) => void rung.push(id) },
    site: { origin: "http://localhost:8787", marketplace: "localhost", localOrigins: [] },
    clock: { now: () => now * 1000 },
    chance: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)), uuid: () => crypto.randomUUID() },
    background: { defer: (work) => void work.catch(() => undefined) },
    receiptSigner: createReceiptSigner(TEST_SECRETS.RECEIPT_KEY_PKCS8),
    ...broken,
  };
}

const down = async (): Promise<never> => {
  throw new Error("R2 is down");
};

interface House {
  readonly principal: Principal;
  readonly desk: Principal;
  readonly signer: Ed25519Signer;
  readonly handle: string;
  readonly name: string;
}
let house: House;

beforeEach(async () => {
  rung = [];
  now = NOON;
  number++;
  const handle = `house-${number}`;
  const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(100 + number))) as Ed25519Signer;
  const account = 1000 + number;
  await env.DB.batch([
    env.DB.prepare("INSERT INTO accounts (id, name, created_at) VALUES (?, 'x', 1), (?, 'desk', 1)").bind(
      account,
      account + 500,
    ),
    env.DB.prepare("INSERT INTO publishers (id, handle, display_name, created_at) VALUES (?, ?, 'x', 1)").bind(
      account,
      handle,
    ),
    env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?, ?, 'owner', 1)",
    ).bind(account, account),
    env.DB.prepare(
      "INSERT INTO publisher_keys (key_id, publisher_id, public_key, state, account_id, created_at) VALUES (?, ?, ?, 'active', ?, 1)",
    ).bind(await signer.keyId(), account, encodeHex(await signer.publicKey()), account),
  ]);
  const token = { id: "1", plugins: null, hint: "abcd", expiresAt: 2_000_000_000 } as const;
  house = {
    handle,
    signer,
    name: `plugin-of-${number}`,
    principal: {
      kind: "account",
      accountId: String(account),
      isOperator: false,
      token: { ...token, kind: "pat", scopes: ["release:publish", "plugin:create"] },
    },
    desk: {
      kind: "account",
      accountId: String(account + 500),
      isOperator: true,
      token: { ...token, kind: "adm", scopes: ["desk:review"] },
    },
  };
});

async function upload(broken: Partial<Needs> = {}) {
  const { bytes, metadata } = await ownPlugin({ publisher: house.handle, name: house.name });
  const publisher = { handle: house.handle, signer: house.signer, accountId: "", publisherId: "", token: "" };
  const statement = await signBundle(publisher, bytes);
  const result = await uploadRelease(world(broken), house.principal, { bundle: bytes, statement, form: {} });
  return { result, sha256: metadata.checksum };
}

async function staged(): Promise<{ releaseId: string; sha256: string }> {
  const { result, sha256 } = await upload();
  if (!result.ok) throw new Error(result.problem.reason);
  return { releaseId: result.value.releaseId, sha256 };
}

async function view(releaseId: string) {
  const shown = await showRelease(world(), house.desk, releaseId);
  if (!shown.ok) throw new Error(shown.problem.reason);
  return shown.value;
}

const approve = (releaseId: string, sha256: string, broken: Partial<Needs> = {}) =>
  decideRelease(world(broken), house.desk, releaseId, { decision: "approve", reason: "Looked at it.", sha256 });

describe("R2 failing in the middle (sec-07, sec-09)", () => {
  it("of an upload leaves no row, and the same upload works again", async () => {
    const { result, sha256 } = await upload({ bundles: { ...bundlesOnR2(env.BUNDLES), putOnce: down } });
    expect(result).toMatchObject({ ok: false, problem: { reason: "blob_unavailable" } });
    expect(await env.DB.prepare("SELECT 1 FROM plugins WHERE name = ?").bind(house.name).first()).toBeNull();
    expect(await env.BUNDLES.head(`b/sha256/${sha256}`)).toBeNull();
    expect(rung).toEqual([]);
    expect((await upload()).result).toMatchObject({ ok: true, value: { state: "staged", isNew: true } });
  });

  it("after the bytes were written leaves an orphan nobody can see, and the same upload works again", async () => {
    const releases = { ...releasesOnD1(env.DB), stage: down };
    await expect(upload({ releases })).rejects.toThrow("R2 is down");
    expect(await env.DB.prepare("SELECT 1 FROM plugins WHERE name = ?").bind(house.name).first()).toBeNull();
    const { result, sha256 } = await upload();
    expect(result).toMatchObject({ ok: true, value: { isNew: true } });
    expect(await env.BUNDLES.head(`b/sha256/${sha256}`)).not.toBeNull();
  });

  it("of an approval publishes nothing, and the same approval works again", async () => {
    const { releaseId, sha256 } = await staged();
    await checkRelease(world(), releaseId);
    const real = bundlesOnR2(env.BUNDLES);
    for (const bundles of [
      { ...real, get: down },
      { ...real, get: async () => null },
      { ...real, putOnce: down },
    ]) {
      expect(await approve(releaseId, sha256, { bundles })).toMatchObject({
        ok: false,
        problem: { reason: "blob_unavailable" },
      });
      expect((await view(releaseId)).state).toBe("review");
      expect(
        await env.DB.prepare("SELECT publications, latest_release_id FROM plugins WHERE name = ?")
          .bind(house.name)
          .first(),
      ).toEqual({ publications: 0, latest_release_id: null });
    }
    expect(await approve(releaseId, sha256)).toMatchObject({ ok: true, value: { state: "published" } });
  });

  it("or the signer failing publishes nothing", async () => {
    const { releaseId, sha256 } = await staged();
    await checkRelease(world(), releaseId);
    const receiptSigner = { ...world().receiptSigner, sign: down };
    await expect(approve(releaseId, sha256, { receiptSigner })).rejects.toThrow();
    expect((await view(releaseId)).state).toBe("review");
  });

  it("never puts other bytes under a digest", async () => {
    const store = bundlesOnR2(env.BUNDLES);
    const bytes = crypto.getRandomValues(new Uint8Array(100));
    await expect(store.putOnce("bundle", "ab".repeat(32), bytes)).rejects.toThrow();
    expect(await store.get("bundle", "ab".repeat(32))).toBeNull();
    const digest = encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    const answers = await Promise.all(Array.from({ length: 10 }, () => store.putOnce("bundle", digest, bytes)));
    expect(answers.filter((answer) => answer === "created")).toHaveLength(1);
  });
});

describe("orphans", () => {
  it("are deleted at a second look, unless a release names them by then", async () => {
    const store = bundlesOnR2(env.BUNDLES);
    const orphans = orphansOn(env.DB, env.BUNDLES);
    const put = async (text: string) => {
      const bytes = new TextEncoder().encode(text);
      const sha256 = encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
      await store.putOnce("bundle", sha256, bytes);
      return sha256;
    };
    const orphan = await put("nobody names me");
    const { sha256 } = await staged();
    const real = Math.floor(Date.now() / 1000);
    expect(await orphans.sweep(real + 3600)).toBe(0);
    await orphans.sweep(real + 90_000);
    expect(await store.size(orphan)).not.toBeNull();
    const late = (await upload()).sha256;
    expect(await orphans.sweep(real + 90_000 + 3600)).toBeGreaterThanOrEqual(1);
    expect(await store.size(orphan)).toBeNull();
    expect(await store.size(sha256)).not.toBeNull();
    expect(await store.size(late)).not.toBeNull();
  });

  it("heals a pending release whose bytes are gone when they come again", async () => {
    const { sha256 } = await staged();
    await env.BUNDLES.delete(`b/sha256/${sha256}`);
    expect((await upload()).result).toMatchObject({ ok: true, value: { isNew: false } });
    expect(await env.BUNDLES.head(`b/sha256/${sha256}`)).not.toBeNull();
  });
});

describe("a bell that is lost", () => {
  it("is rung again by the sweeper, also when the scanner died half way", async () => {
    const { result } = await upload({ releaseBell: { ring: down } });
    if (!result.ok) throw new Error(result.problem.reason);
    const { releaseId } = result.value;
    await sweepReleases(world());
    expect(rung).not.toContain(releaseId);
    now = NOON + 61;
    await sweepReleases(world());
    expect(rung).toContain(releaseId);

    await releasesOnD1(env.DB).claimForChecks(releaseId, now);
    rung = [];
    await sweepReleases(world());
    expect(rung).not.toContain(releaseId);
    now += 301;
    await sweepReleases(world());
    expect(rung).toContain(releaseId);
    await checkRelease(world(), releaseId);
    expect((await view(releaseId)).state).toBe("review");
  });

  it("that rings twice checks once", async () => {
    const { releaseId } = await staged();
    await Promise.all([checkRelease(world(), releaseId), checkRelease(world(), releaseId)]);
    await checkRelease(world(), releaseId);
    const { results } = await env.DB.prepare(
      "SELECT name, attempt FROM release_checks WHERE release_id = ? ORDER BY id",
    )
      .bind(Number(releaseId))
      .all();
    expect(results.every((row) => row.attempt === 1)).toBe(true);
    expect(results).toHaveLength(CHECKS.length);
    const audit = await env.DB.prepare(
      "SELECT count(*) AS n FROM audit WHERE action = 'release.review' AND subject_id = ?",
    )
      .bind(releaseId)
      .first<number>("n");
    expect(audit).toBe(1);
    expect((await view(releaseId)).gates).toEqual(["desk"]);
  });
});

describe("a check that could not be made (sec-05)", () => {
  const real = () => ({ releases: releasesOnD1(env.DB), bundles: bundlesOnR2(env.BUNDLES) });
  const broken: [string, () => Partial<Needs>, string[]][] = [
    ["R2 does not answer", () => ({ bundles: { ...real().bundles, get: down } }), [...CHECKS]],
    ["the bytes are gone", () => ({ bundles: { ...real().bundles, get: async () => null } }), [...CHECKS]],
    ["keys cannot be read", () => ({ releases: { ...real().releases, key: down } }), ["identity"]],
    [
      "the block list cannot be read",
      () => ({ releases: { ...real().releases, blockedDigests: down } }),
      ["known_digest"],
    ],
  ];

  it.each(broken)(
    "because %s is unknown, never publishes, and is tried again until it can",
    async (_why, failing, unknown) => {
      const { releaseId, sha256 } = await staged();
      await checkRelease(world(failing()), releaseId);
      const waiting = await view(releaseId);
      expect([waiting.state, waiting.gates]).toEqual(["review", ["checks", "desk"]]);
      const { results } = await env.DB.prepare(
        "SELECT name FROM release_checks WHERE release_id = ? AND result = 'unknown' ORDER BY id",
      )
        .bind(Number(releaseId))
        .all<{ name: string }>();
      expect(results.map((row) => row.name)).toEqual(unknown);
      expect(await approve(releaseId, sha256)).toMatchObject({
        ok: false,
        problem: { reason: "state_conflict", facts: { gates: ["checks"] } },
      });

      // The statement that publishes counts for itself, whatever the use case believed.
      const facts = await releasesOnD1(env.DB).forDecision(releaseId);
      if (facts === null) throw new Error("no facts");
      const publication = {
        publication: 1,
        receipt: "{}",
        receiptSha256: "00",
        delivery: "public" as const,
        listing: {
          displayName: "x",
          description: "x",
          category: "other",
          type: "ui",
          tags: [],
          icon: null,
          screenshots: [],
          pricing: facts.pricing,
          trialDays: 0,
        },
        deciderId: "1501",
        reason: "x",
      };
      expect(await releasesOnD1(env.DB).publish(facts, publication, now)).toBe(false);

      now += 61;
      await sweepReleases(world());
      expect(rung).toContain(releaseId);
      await checkRelease(world(), releaseId);
      expect((await view(releaseId)).gates).toEqual(["desk"]);
      expect(await approve(releaseId, sha256)).toMatchObject({ ok: true });
    },
  );

  it("stays unknown when the list expects one we do not have, and nothing passes with an empty list (sec-06)", async () => {
    for (const [index, checks] of [["structure", "text", "identity", "known_digest", "telepathy"], []].entries()) {
      if (index === 1) house = { ...house, name: `${house.name}-b` };
      const { releaseId, sha256 } = await staged();
      await env.DB.prepare("UPDATE releases SET expected_checks = ? WHERE id = ?")
        .bind(JSON.stringify({ ruleSet: "x", checks }), Number(releaseId))
        .run();
      await checkRelease(world(), releaseId);
      expect((await view(releaseId)).gates).toEqual(["checks", "desk"]);
      expect(await approve(releaseId, sha256)).toMatchObject({ ok: false, problem: { reason: "state_conflict" } });
    }
  });

  it("is not tried for ever: after five retries the desk has to ask", async () => {
    const { releaseId } = await staged();
    const failing = { bundles: { ...bundlesOnR2(env.BUNDLES), get: down } };
    for (const delay of [0, 60, 300, 1800, 7200, 21_600]) {
      now += delay + 1;
      await checkRelease(world(failing), releaseId);
    }
    now += 1_000_000;
    rung = [];
    await sweepReleases(world());
    expect(rung).not.toContain(releaseId);
  });
});

describe("D1 failing in the middle (sec-07)", () => {
  it.each(["claimForChecks", "appendCheck", "settleChecks"] as const)(
    "at %s shows nothing, and the next bell goes on from there",
    async (step) => {
      const { releaseId, sha256 } = await staged();
      const releases = { ...releasesOnD1(env.DB), [step]: down };
      await expect(checkRelease(world({ releases }), releaseId)).rejects.toThrow();
      expect(["staged", "scanning"]).toContain((await view(releaseId)).state);
      expect(await approve(releaseId, sha256)).toMatchObject({ ok: false, problem: { reason: "state_conflict" } });
      now += 600;
      rung = [];
      await sweepReleases(world());
      expect(rung).toContain(releaseId);
      await checkRelease(world(), releaseId);
      expect((await view(releaseId)).gates).toEqual(["desk"]);
      expect(await approve(releaseId, sha256)).toMatchObject({ ok: true, value: { state: "published" } });
    },
  );
});

describe("a check that is dirty", () => {
  it("rejects what the block list names, by bundle or by file, with a finding", async () => {
    const { releaseId } = await staged();
    const { manifest } = (await releasesOnD1(env.DB).forDecision(releaseId)) ?? { manifest: "" };
    const digest = JSON.parse(manifest).files["server/main.js"].sha256;
    await env.DB.prepare("INSERT INTO blocked_digests (sha256, reason, at) VALUES (?, 'malware', 1)")
      .bind(digest)
      .run();
    await checkRelease(world(), releaseId);
    await env.DB.prepare("DELETE FROM blocked_digests").run();
    const rejected = await view(releaseId);
    expect(rejected).toMatchObject({
      state: "rejected",
      gates: [],
      findings: [
        {
          check: "known_digest",
          rule: "blocked_digest",
          severity: "error",
          path: "server/main.js",
          docs: "/docs/findings/blocked_digest",
        },
      ],
    });
  });

  it("rejects a release whose key was compromised after the upload", async () => {
    const { releaseId } = await staged();
    await env.DB.prepare("UPDATE publisher_keys SET state = 'compromised' WHERE key_id = ?")
      .bind(await house.signer.keyId())
      .run();
    await checkRelease(world(), releaseId);
    expect(await view(releaseId)).toMatchObject({
      state: "rejected",
      findings: [{ check: "identity", rule: "key_compromised" }],
    });
  });

  it("refuses the approval of a release whose key was compromised after the checks", async () => {
    const { releaseId, sha256 } = await staged();
    await checkRelease(world(), releaseId);
    await env.DB.prepare("UPDATE publisher_keys SET state = 'compromised' WHERE key_id = ?")
      .bind(await house.signer.keyId())
      .run();
    expect(await approve(releaseId, sha256)).toMatchObject({ ok: false, problem: { reason: "key_compromised" } });
  });

  it("rejects stored bytes that are not the accepted ones", async () => {
    const { releaseId, sha256 } = await staged();
    const { bytes } = await ownPlugin({ publisher: house.handle, name: house.name, note: "swapped" });
    const bundles = { ...bundlesOnR2(env.BUNDLES), get: async () => bytes };
    await checkRelease(world({ bundles }), releaseId);
    expect(await view(releaseId)).toMatchObject({ state: "rejected", findings: [{ rule: "bundle_digest_mismatch" }] });
    expect(sha256).not.toBe("");
  });
});
