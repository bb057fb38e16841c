import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";

export const VECTOR_KEY = {
  kty: "OKP",
  crv: "Ed25519",
  kid: "l-test-1",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
} as const;

export const VECTOR_LEASE =
  "eyJhbGciOiJFZERTQSIsImtpZCI6ImwtdGVzdC0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL21hcmtldC5leGFtcGxlIiwiYXVkIjoicmJzbTpwbHVnaW46NyIsInN1YiI6ImFjdF8xIiwianRpIjoibHNlXzEiLCJpYXQiOjE4MDAwMDAwMDAsIm5iZiI6MTc5OTk5OTg4MCwiZXhwIjoxODAwNjA0ODAwLCJ2IjoxLCJ0b2siOiJsZWFzZSIsImxpYyI6IjQyIiwiaW5zIjoiNSIsInN0IjoiYWN0aXZlIiwidGllciI6ImJhc2ljIiwicmZhIjoxODAwMDgwMDAwLCJlcCI6MywiZW52IjoicHJvZHVjdGlvbiIsIm5vbmNlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EdyIsInJxaCI6IjlUZ05STkFxd1AzYm1iaFZMNlB3bGtfWGs3VTdYNWdnQ19leGZKS1NYVVUifQ.1TskdZQZVg3_xUVmPjfivW5RNx5tfsaI5CC62Io5PC4vaDbGWLrOYJ0GZyqTojMyg9Qqv_i4MCWsY0vz4K2VCQ";

/** A client that knows nothing of us: the stock JOSE library with the published key set. */
export async function verifyAsStranger(
  token: string,
  keys: JSONWebKeySet,
  expected: { readonly issuer: string; readonly audience: string; readonly now: number },
) {
  return jwtVerify(token, createLocalJWKSet(keys), {
    algorithms: ["EdDSA"],
    issuer: expected.issuer,
    audience: expected.audience,
    currentDate: new Date(expected.now * 1000),
  });
}
