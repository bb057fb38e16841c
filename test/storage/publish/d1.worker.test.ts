import { env } from "cloudflare:workers";
import { bundlesOnR2 } from "../../../src/storage/bundles.ts";
import { listingStatesOnD1 } from "../../../src/storage/publish/listing-states.ts";
import { sealingsOnD1 } from "../../../src/storage/publish/sealings.ts";
import { releaseStatesOnD1 } from "../../../src/storage/publish/states.ts";
import { releasesOnD1 } from "../../../src/storage/publish/store.ts";
import { releaseContract } from "./releases.contract.ts";

async function account(): Promise<number> {
  const row = await env.DB.prepare(
    "INSERT INTO accounts (name, created_at) VALUES ('x', 1) RETURNING id",
  ).first<number>("id");
  return Number(row);
}

releaseContract("on D1 and R2", async () => ({
  releases: releasesOnD1(env.DB),
  bundles: bundlesOnR2(env.BUNDLES),
  states: releaseStatesOnD1(env.DB),
  listings: listingStatesOnD1(env.DB),
  sealings: sealingsOnD1(env.DB),
  async addPublisher(handle) {
    const [ownerId, strangerId] = [await account(), await account()];
    const publisherId = await env.DB.prepare(
      "INSERT INTO publishers (handle, display_name, created_at) VALUES (?, 'x', 1) RETURNING id",
    )
      .bind(handle)
      .first<number>("id");
    await env.DB.prepare(
      "INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?, ?, 'owner', 1)",
    )
      .bind(publisherId, ownerId)
      .run();
    return { publisherId: String(publisherId), ownerId: String(ownerId), strangerId: String(strangerId) };
  },
  containerOf: (releaseId) =>
    env.DB.prepare("SELECT sha256 FROM host_containers WHERE release_id = ?").bind(Number(releaseId)).first("sha256"),
  async block(sha256) {
    await env.DB.prepare("INSERT INTO blocked_digests (sha256, reason, at) VALUES (?, 'malware', 1)")
      .bind(sha256)
      .run();
  },
}));
