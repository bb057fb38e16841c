import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openBundle } from "../../src/domain/bundle/open.ts";
import { encodeHex } from "../../src/domain/bytes.ts";
import type { TrustedKey } from "../../src/domain/trust/envelope.ts";
import { sealEnvelope } from "../../src/domain/trust/envelope.ts";
import { verifyKeyProof } from "../../src/domain/trust/key-proof.ts";
import { buildReceipt } from "../../src/domain/trust/receipt.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../src/domain/trust/signer.ts";
import { judgeSequence, matchStatement, openStatement } from "../../src/domain/trust/statement.ts";

export const TOKEN = `rbsm_pat_${"a".repeat(46)}`;
export const NONCE = "n".repeat(43);

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
}

/** What a test may turn while the server runs. */
export interface Stage {
  /** Seed of the receipt key. */
  seed: number;
  marketplace: string;
  head: { sequence: number; statementSha256: string | null };
  keys: TrustedKey[];
  /** Answered instead of the real thing, by `METHOD /path`. */
  readonly overrides: Map<string, { status: number; body: unknown; headers?: Record<string, string> }>;
  /** Runs before an upload is judged: somebody else's publish, for instance. */
  beforeUpload: () => void;
  /** The states a release goes through, one per question. */
  states: string[];
  gates: string[];
  readonly seen: Seen[];
  release: {
    name: string;
    version: string;
    sha256: string;
    statement: unknown;
    receipt: unknown;
    manifest: unknown;
    size: number;
  } | null;
}

export interface Marketplace {
  readonly origin: string;
  readonly stage: Stage;
  close(): Promise<void>;
}

/** A small marketplace of one account that speaks the documented calls and judges uploads with the real domain. */
export async function startMarketplace(): Promise<Marketplace> {
  const stage: Stage = {
    seed: 7,
    marketplace: "localhost",
    head: { sequence: 0, statementSha256: null },
    keys: [],
    overrides: new Map(),
    beforeUpload: () => {},
    states: ["scanning", "review", "published"],
    gates: ["desk"],
    seen: [],
    release: null,
  };
  const server: Server = createServer((request, response) => {
    void answer(stage, request).then(({ status, body, headers = {} }) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    stage,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const receiptSigner = (seed: number) =>
  createSigner(pkcs8OfSeed(new Uint8Array(32).fill(seed))) as Ed25519Signer;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const refuse = (status: number, code: string, facts: object = {}): Answer => ({
  status,
  body: {
    type: `/problems/${code}`,
    title: code,
    status,
    detail: `${code}.`,
    success: false,
    code,
    error: { code, details: facts },
    ...facts,
  },
  headers: { "content-type": "application/problem+json" },
});

async function answer(stage: Stage, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://x");
  const method = request.method ?? "GET";
  const token = request.headers.authorization?.replace("Bearer ", "");
  stage.seen.push({ method, path: `${url.pathname}${url.search}`, token });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const override = stage.overrides.get(`${method} ${url.pathname}`);
  if (override) return override;
  if (token !== undefined && token !== TOKEN) return refuse(401, "AUTHENTICATION_REQUIRED");
  const isPublic =
    /^\/\.well-known|^\/v1\/plugins\/(by-name\/[^/]+|\d+\/.*)$|^\/v1\/publishers\/[^/]+\/key(?:s|-events)$/.test(
      url.pathname,
    );
  if (token === undefined && !(isPublic && method === "GET")) return refuse(401, "AUTHENTICATION_REQUIRED");
  return respond(stage, method, url, request, Buffer.concat(chunks));
}

async function respond(
  stage: Stage,
  method: string,
  url: URL,
  request: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const call = `${method} ${url.pathname}`;
  if (call === "GET /.well-known/rbsm-trust.json") {
    const signer = receiptSigner(stage.seed);
    const key = { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
    return { status: 200, body: { marketplace: stage.marketplace, receiptKeys: [key] } };
  }
  if (call === "GET /v1/whoami") return { status: 200, body: identity(stage) };
  if (call === "POST /v1/publishers/acme/keys") return enroll(stage, JSON.parse(body.toString()));
  if (call === "GET /v1/publishers/acme/key-events") return { status: 200, body: { publisher: "acme", events: [] } };
  if (call === "GET /v1/publishers/acme/keys")
    return { status: 200, body: { publisher: "acme", keys: stage.keys.map((key) => ({ ...key, state: "active" })) } };
  if (call === "GET /v1/plugins/by-name/visit-notes/head")
    return stage.head.sequence === 0 ? refuse(404, "NOT_FOUND") : { status: 200, body: stage.head };
  if (call === "GET /v1/plugins/by-name/visit-notes")
    return stage.release ? { status: 200, body: listing(stage) } : refuse(404, "NOT_FOUND");
  if (stage.release && call === `GET /v1/plugins/5/versions/${stage.release.version}`)
    return { status: 200, body: version(stage) };
  if (stage.release && call === `GET /v1/plugins/5/versions/${stage.release.version}/release`)
    return { status: 200, body: { statement: stage.release.statement, receipt: stage.release.receipt } };
  if (call === "POST /v1/plugins") return upload(stage, request, body);
  if (call === "GET /v1/releases/9") return { status: 200, body: release(stage) };
  return refuse(404, "NOT_FOUND");
}

async function enroll(stage: Stage, envelope: unknown): Promise<Answer> {
  const subject = { account: "3", publisher: "acme", marketplace: stage.marketplace };
  const proof = await verifyKeyProof(envelope, subject, Math.floor(Date.now() / 1000));
  if (!proof.ok) return refuse(422, proof.problem.reason);
  const { keyId, publicKey, nonce } = proof.value;
  if (nonce !== NONCE) return refuse(422, "key_proof_invalid");
  if (stage.keys.some((key) => key.keyId === keyId)) return refuse(422, "key_reused");
  stage.keys.push({ keyId, publicKey });
  return { status: 201, body: { keyId, state: "active" } };
}

async function upload(stage: Stage, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const type = request.headers["content-type"] ?? "";
  if (Number(request.headers["content-length"]) !== body.length) return refuse(400, "BODY_INVALID");
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const file = form.get("bundle");
  if (!(file instanceof File) || file.name !== "visit-notes-0.1.0.rbsm") return refuse(422, "VALIDATION_ERROR");
  const bundle = await openBundle(new Uint8Array(await file.arrayBuffer()));
  if (!bundle.ok) return refuse(422, bundle.problem[0]?.code ?? "", { problems: bundle.problem });
  stage.beforeUpload();
  const envelope = JSON.parse(String(form.get("statement")));
  const opened = await openStatement(envelope, stage.marketplace, stage.keys);
  if (!opened.ok) return refuse(422, opened.problem.reason);
  const mismatch = matchStatement(opened.value.statement, bundle.value);
  if (mismatch) return refuse(422, mismatch.reason);
  if (stage.release?.sha256 === bundle.value.sha256)
    return { status: 200, body: { ...listing(stage), releaseId: "9", state: "review" } };
  const stale = judgeSequence(opened.value.statement, stage.head);
  if (stale) return refuse(409, stale.reason, { ...stale.facts });
  stage.head = { sequence: stage.head.sequence + 1, statementSha256: opened.value.sha256 };
  const signer = receiptSigner(stage.seed);
  const terms = {
    publication: 1,
    previousReceipt: null,
    publishedAt: "2026-12-01T10:00:00Z",
    delivery: "public",
    sealed: null,
    policy: "2026-12-01",
    review: "human",
    keyId: await signer.keyId(),
  } as const;
  const { manifest, sha256, size } = bundle.value;
  stage.release = {
    name: manifest.name,
    version: manifest.version,
    sha256,
    size,
    manifest: JSON.parse(new TextDecoder().decode(bundle.value.manifestBytes)),
    statement: envelope,
    receipt: await sealEnvelope(buildReceipt(opened.value, terms), signer),
  };
  return { status: 201, body: { ...listing(stage), releaseId: "9", state: "staged" } };
}

function release(stage: Stage): object {
  const state = stage.states.length > 1 ? stage.states.shift() : stage.states[0];
  const isOpen = state !== "published" && state !== "rejected";
  return {
    releaseId: "9",
    pluginId: "5",
    publisher: "acme",
    name: "visit-notes",
    displayName: "Visit notes",
    version: stage.release?.version ?? "0.1.0",
    sha256: stage.release?.sha256 ?? "",
    size: stage.release?.size ?? 0,
    state,
    gates: isOpen ? stage.gates : [],
    waits: isOpen ? stage.gates.map((gate) => ({ gate, who: gate === "desk" ? "desk" : "publisher", why: [] })) : [],
    checks: [{ name: "structure", result: "clean" }],
    approvals: { by: 0, of: 1 },
    findings:
      state === "rejected"
        ? [
            {
              check: "text",
              rule: "text_bidi",
              severity: "error",
              path: "README.md",
              message: "Hidden text",
              advice: "Remove it",
              docs: "/d",
            },
          ]
        : [],
    ...(state === "rejected" ? { reason: "It hides something" } : {}),
    uploadedBy: "account:3",
    createdAt: "2026-12-01T10:00:00.000Z",
  };
}

function identity(stage: Stage): object {
  return {
    kind: "account",
    marketplace: stage.marketplace,
    account: { id: "3", name: "Anna Berger", email: "anna@acme.example", isOperator: false },
    token: { kind: "pat", scopes: ["release:publish"], hint: "wxyz", expiresAt: "2027-01-01T00:00:00.000Z" },
    publishers: [{ id: "1", handle: "acme", displayName: "Acme", role: "owner", keys: [] }],
  };
}

function listing(stage: Stage): object {
  return {
    id: "5",
    uuid: "6f1c2d3e-0000-4000-8000-000000000001",
    name: "visit-notes",
    displayName: "Visit notes",
    description: "Notes for every visit.",
    version: stage.release?.version ?? "0.1.0",
    author: "Acme",
    authorId: "1",
    category: "requests",
    type: "automation",
    tags: [],
    screenshots: [],
    pricing: {},
    trialDays: 0,
    downloads: 0,
    rating: 0,
    status: "review",
    permissions: [],
    dependencies: [],
    minAppVersion: "0.1.0",
    createdAt: "2026-12-01T10:00:00.000Z",
    updatedAt: "2026-12-01T10:00:00.000Z",
  };
}

function version(stage: Stage): object {
  return {
    manifest: stage.release?.manifest,
    checksum: stage.release?.sha256,
    size: stage.release?.size,
    signature: "",
    changelog: "",
    minAppVersion: "0.1.0",
    dependencies: [],
    state: "published",
    releaseDate: "2026-12-01T10:00:00.000Z",
    closureDigest: "",
    delivery: "public",
  };
}
