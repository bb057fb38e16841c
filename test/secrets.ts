const PKCS8_ED25519 = "302e020100300506032b657004220420";

function pkcs8(seedByte: string): string {
  return Buffer.from(PKCS8_ED25519 + seedByte.repeat(32), "hex").toString("base64");
}

/** Fixed secrets of the tests, good for nothing else. */
export const TEST_SECRETS = {
  PUBLIC_ORIGIN: "http://localhost:8787",
  LOCAL_ORIGINS: "http://127.0.0.1:9999",
  SETUP_SECRET: "setup-secret-of-the-tests-0123456789",
  INCIDENT_SECRET: "incident-secret-of-the-tests-0123456789",
  KEK_V1: Buffer.alloc(32, 7).toString("base64"),
  LICENSE_PEPPER_V1: Buffer.alloc(32, 9).toString("base64"),
  RECEIPT_KEY_PKCS8: pkcs8("a1"),
  LEASE_KEY_PKCS8: pkcs8("b2"),
  TUF_REVOCATIONS_PKCS8: pkcs8("07"),
  TUF_BINS_PKCS8: pkcs8("08"),
  TUF_SNAPSHOT_PKCS8: pkcs8("09"),
  TUF_TIMESTAMP_PKCS8: pkcs8("0a"),
  GITHUB_CLIENT_ID: "github-id-of-the-tests",
  GITHUB_CLIENT_SECRET: "github-secret-of-the-tests",
  STRIPE_SECRET_KEY: "sk_test_of_the_tests",
  STRIPE_WEBHOOK_SECRET: "whsec_of_the_tests",
  STRIPE_API_ORIGIN: "http://127.0.0.1:9998",
  /** Roots from the seeds c5 and c6. */
  LICENSE_ROOTS: "LbeXY24yPtV26bDgPifLkhcaiWtj6RhvDUpDucfTgtE,u0fTPXd7RVm7kX0YJYJ0IcSmsblzfxLhxY6kMFr4i3Q",
  LICENSE_KEY_LEASE_B: pkcs8("b5"),
  LICENSE_KEY_LEASE_C: pkcs8("b7"),
  LICENSE_KEY_OFFLINE_1: pkcs8("b3"),
  LICENSE_KEY_LIST_1: pkcs8("b4"),
};
