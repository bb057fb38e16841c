// Runs in the browser: a plugin's license on a machine of its own, told what to do by the test and kept in localStorage.
import { createLocalJWKSet, importJWK, type JSONWebKeySet, jwtVerify } from "jose";
import {
  createLicenseGuard,
  type DeviceIdentity,
  type LicenseGuard,
  type LicenseStatus,
  type RootKey,
} from "../../../src/sdk/license/index.ts";

interface Setting {
  /** Origin of the marketplace, the `iss` of its documents; asked through this page's own server. */
  readonly marketplace: string;
  readonly pluginId: string;
  readonly instanceId: string;
  readonly roots: readonly RootKey[];
  readonly hardwareId: string;
}

let device: Promise<DeviceIdentity> | undefined;

/** Keys that no script can read out: the browser signs with them, and opens with them. */
async function makeDevice(): Promise<DeviceIdentity> {
  const text = (bytes: ArrayBuffer) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const signing = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const opening = (await crypto.subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  return {
    publicKey: text(await crypto.subtle.exportKey("raw", signing.publicKey)),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign("Ed25519", signing.privateKey, new Uint8Array(message))),
    seal: { publicKey: text(await crypto.subtle.exportKey("raw", opening.publicKey)), privateKey: opening.privateKey },
  };
}

async function openGuard(setting: Setting, isConnected: boolean): Promise<LicenseGuard> {
  device ??= makeDevice();
  const guard = createLicenseGuard({
    ...setting,
    keys: [],
    device: await device,
    // The page's server adds the instance's credential: it never is in a page.
    credentials: { token: "none" },
    storage: {
      read: async () => localStorage.getItem("license"),
      write: async (kept) => localStorage.setItem("license", kept),
    },
    fetch: (url, init) =>
      isConnected
        ? fetch(url.replace(setting.marketplace, location.origin), init as RequestInit)
        : Promise.reject(new Error("no line")),
    clock: { now: () => Date.now(), running: () => performance.now() },
    chance: Math.random,
  });
  await guard.load();
  return guard;
}

const shown = ({ isLicensed, code, warnings, lease }: LicenseStatus) => ({
  isLicensed,
  code,
  warnings,
  isOffline: lease?.isOffline ?? null,
  leaseId: lease?.leaseId ?? null,
});

Object.assign(globalThis, {
  async live(setting: Setting, licenseKey: string) {
    const guard = await openGuard(setting, true);
    const told = [await guard.activate({ licenseKey, hardwareId: setting.hardwareId, version: "1.0.0" })];
    told.push(await guard.refresh(), await guard.ping(), await guard.updateList());
    const kept = JSON.parse(localStorage.getItem("license") ?? "{}");
    return { told: told.map(shown), listEpoch: kept.list?.epoch ?? null, hasKeySet: kept.keySet !== null };
  },
  /** What a stock JOSE library makes of the documents, with the published keys and the pinned root. */
  async stranger({ marketplace: issuer, roots, pluginId }: Setting) {
    const ask = (path: string) => fetch(location.origin + path);
    const keys = createLocalJWKSet((await (await ask("/v1/keys")).json()) as JSONWebKeySet);
    const { lease } = JSON.parse(localStorage.getItem("license") ?? "{}") as { lease: string };
    const { verdict } = (await (await ask("/v1/time")).json()) as { verdict: string };
    const list = await (await ask("/v1/licenses/revocations")).text();
    const [root] = roots;
    const keySet = await (await ask(`/.well-known/license-keyset/${root?.kid}.jws`)).text();
    const rootKey = await importJWK({ kty: "OKP", crv: "Ed25519", x: root?.x ?? "" }, "EdDSA");
    const opened = [
      await jwtVerify(lease, keys, { issuer, audience: `rbsm:plugin:${pluginId}` }),
      await jwtVerify(verdict, keys, { issuer }),
      await jwtVerify(list, keys, { issuer, audience: "rbsm:revocations" }),
      await jwtVerify(keySet.trim(), rootKey, { issuer, audience: "rbsm:keyset" }),
    ];
    return opened.map(({ payload }) => payload.tok);
  },
  async restart(setting: Setting) {
    return shown((await openGuard(setting, false)).status());
  },
  async request(setting: Setting, version: string) {
    return (await openGuard(setting, false)).requestFile(version);
  },
  async take(setting: Setting, file: string) {
    return shown(await (await openGuard(setting, false)).importFile(file));
  },
  async release(setting: Setting) {
    return (await openGuard(setting, false)).releaseFile();
  },
});
