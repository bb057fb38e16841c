import { describe, expect, it } from "vitest";
import { checkAddress } from "../../../src/domain/account/addresses.ts";

const LOCAL = ["http://127.0.0.1:9999"];

describe("an address the marketplace would send requests to", () => {
  const accepted = [
    "https://erp.example.com",
    "https://erp.example.com:8443/api",
    "https://8.8.8.8/hook",
    "https://[2606:4700::1111]/hook",
    "https://xn--bro-hoa.example.com/",
    "https://example.com./",
    "http://127.0.0.1:9999/api",
  ];
  for (const address of accepted)
    it(`passes: ${address}`, () => expect(checkAddress(address, LOCAL)).toMatchObject({ ok: true }));

  const refused: readonly (readonly [string, string])[] = [
    ["not_a_url", ""],
    ["not_a_url", "erp.example.com"],
    ["not_a_url", "https://"],
    ["not_a_url", `https://example.com/${"x".repeat(2_048)}`],
    ["not_https", "http://erp.example.com"],
    ["not_https", "ftp://erp.example.com"],
    ["not_https", "javascript:alert(1)"],
    ["not_https", "file:///etc/passwd"],
    ["not_https", "http://127.0.0.1:9998"],
    ["not_https", "http://localhost:9999"],
    ["not_https", "http://127.0.0.1.:9998"],
    ["credentials", "https://user@erp.example.com"],
    ["credentials", "https://user:password@erp.example.com"],
    ["credentials", "https://:password@erp.example.com"],
    ["credentials", "http://user@127.0.0.1:9999/"],
    ["fragment", "https://erp.example.com/#x"],
    ["name_without_dot", "https://intranet"],
    ["name_without_dot", "https://localhost"],
    ["name_without_dot", "https://localhost."],
    ["private_name", "https://erp.localhost"],
    ["private_name", "https://printer.local"],
    ["private_name", "https://db.internal"],
    ["private_name", "https://nas.home.arpa"],
    ["private_name", "https://metadata.google.internal"],
    ["private_name", "https://1.0.0.127.in-addr.arpa"],
    ["private_name", "https://printer.LOCAL."],
    ["rebinding_name", "https://127.0.0.1.nip.io"],
    ["rebinding_name", "https://7f000001.sslip.io"],
    ["rebinding_name", "https://app.lvh.me"],
    ["rebinding_name", "https://localtest.me"],
    ["private_address", "https://127.0.0.1"],
    ["private_address", "https://127.0.0.1."],
    ["private_address", "https://127.1"],
    ["private_address", "https://2130706433"],
    ["private_address", "https://0x7f000001"],
    ["private_address", "https://0177.0.0.1"],
    ["private_address", "https://0x7f.0.0.0x1"],
    ["private_address", "https://１２７.０.０.１"],
    ["private_address", "https://127。0。0。1"],
    ["private_address", "https://%31%32%37.0.0.1"],
    ["private_address", "https://0.0.0.0"],
    ["private_address", "https://0"],
    ["private_address", "https://10.255.255.255"],
    ["private_address", "https://100.64.0.1"],
    ["private_address", "https://100.127.255.255"],
    ["private_address", "https://169.254.169.254"],
    ["private_address", "https://172.16.0.1"],
    ["private_address", "https://172.31.255.255"],
    ["private_address", "https://192.0.0.1"],
    ["private_address", "https://192.0.2.1"],
    ["private_address", "https://192.88.99.1"],
    ["private_address", "https://192.168.0.1"],
    ["private_address", "https://198.19.255.255"],
    ["private_address", "https://224.0.0.1"],
    ["private_address", "https://255.255.255.255"],
    ["private_address", "https://[::]"],
    ["private_address", "https://[::1]"],
    ["private_address", "https://[0:0:0:0:0:0:0:1]"],
    ["private_address", "https://[::ffff:8.8.8.8]"],
    ["private_address", "https://[::ffff:127.0.0.1]"],
    ["private_address", "https://[::ffff:7f00:1]"],
    ["private_address", "https://[::127.0.0.1]"],
    ["private_address", "https://[64:ff9b::7f00:1]"],
    ["private_address", "https://[fe80::1]"],
    ["private_address", "https://[fc00::1]"],
    ["private_address", "https://[fd12:3456::1]"],
    ["private_address", "https://[ff02::1]"],
    ["private_address", "https://[2001::1]"],
    ["private_address", "https://[2001:db8::1]"],
    ["private_address", "https://[2002:7f00:1::]"],
    ["private_address", "https://[2002:808:808::1]"],
  ];
  for (const [fault, address] of refused)
    it(`is ${fault}: ${address.slice(0, 60)}`, () => {
      expect(checkAddress(address, LOCAL)).toEqual({ ok: false, problem: fault });
    });

  it("passes on the neighbours of the refused blocks", () => {
    for (const ip of ["9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0"])
      expect(checkAddress(`https://${ip}`, []), ip).toMatchObject({ ok: true });
  });

  it("has no local exception when none is configured", () => {
    expect(checkAddress("http://127.0.0.1:9999", [])).toEqual({ ok: false, problem: "not_https" });
  });
});
