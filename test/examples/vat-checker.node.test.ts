import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { judgeVat, normalizeVat } from "../../src/examples/vat-checker/src/check-digits.ts";
import plugin from "../../src/examples/vat-checker/src/server.ts";
import { install, NOON } from "./setting.ts";

const REGISTERED = ["ATU13585627", "DE136695976"];

beforeEach(() => void vi.useFakeTimers({ now: NOON, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** Plays VIES and keeps what it was asked. */
function vies() {
  const asked: string[] = [];
  const network = async (request: Request) => {
    asked.push(request.url);
    const [, country = "", rest = ""] = /\/ms\/([A-Z]{2})\/vat\/([^/]+)$/.exec(request.url) ?? [];
    const isValid = REGISTERED.includes(country + rest);
    const shown = country === "DE" || !isValid ? "---" : "Berger Steuerberatung GmbH";
    return new Response(
      JSON.stringify({ isValid, userError: isValid ? "VALID" : "INVALID", name: shown, address: shown }),
    );
  };
  return { asked, network };
}

test.each([
  "ATU13585627",
  "BE0428759497",
  "DE136695976",
  "DK13585628",
  "FI20774740",
  "FR40303265045",
  "HR33392005961",
  "HU12892312",
  "IT00743110157",
  "LU15027442",
  "MT11679112",
  "PL8567346215",
  "PT501964843",
  "SE123456789701",
  "SK2022749619",
])("%s has right check digits, and is wrong with one of them changed", (number) => {
  expect(judgeVat(number)).toBe("plausible");
  const at = number.startsWith("SE") ? number.length - 3 : number.startsWith("FR") ? 2 : number.length - 1;
  const other = number.slice(0, at) + ((Number(number[at]) + 1) % 10) + number.slice(at + 1);
  expect(judgeVat(other)).not.toBe("plausible");
});

test.each([
  "NL004495445B01",
  "ES54362315K",
  "IE6433435F",
  "EL094259216",
  "CZ25123891",
  "SI50223054",
  "RO18547290",
  "CY10259033P",
  "FRK7399859412",
])("%s is formed well", (number) => {
  expect(judgeVat(number)).toBe("plausible");
});

test.each([
  ["AT13585627", "wrong_form"],
  ["DE036695976", "wrong_form"],
  ["ATU1358562", "wrong_form"],
  ["CHE123456789", "unknown_country"],
  ["GB999999973", "unknown_country"],
  ["", "unknown_country"],
  ["__proto__", "unknown_country"],
])("%s is %s", (number, verdict) => {
  expect(judgeVat(number)).toBe(verdict);
});

test("blanks, dots, dashes and small letters do not matter", () => {
  expect(normalizeVat(" at u13.585-627 ")).toBe("ATU13585627");
});

test("a registered number is answered with name and date, and kept", async () => {
  const { asked, network } = vies();
  const run = await install("vat-checker", plugin, { network }).route({ method: "GET", path: "/check/at%20u13585627" });
  const check = {
    number: "ATU13585627",
    status: "registered",
    name: "Berger Steuerberatung GmbH",
    address: "Berger Steuerberatung GmbH",
    checkedAt: "2026-03-10T10:20:00.000Z",
  };
  expect(run).toMatchObject({ outcome: "ok", value: { body: check }, storage: { "vat:ATU13585627": check } });
  expect(asked).toEqual(["https://ec.europa.eu/taxation_customs/vies/rest-api/ms/AT/vat/U13585627"]);
});

test("the register is asked once a day, unless told otherwise", async () => {
  const { asked, network } = vies();
  const host = install("vat-checker", plugin, { network });
  const ask = (query = {}) => host.route({ method: "GET", path: "/check/DE136695976", query });
  expect((await ask()).value).toMatchObject({ body: { status: "registered", name: null, address: null } });
  await ask();
  expect(asked).toHaveLength(1);
  await ask({ fresh: "1" });
  expect(asked).toHaveLength(2);
  vi.setSystemTime(NOON + 24 * 3_600_000);
  await ask();
  expect(asked).toHaveLength(3);
});

test("typing errors are found without asking anybody and are not kept", async () => {
  const { asked, network } = vies();
  const numbers = ["ATU13585628", "ATU1358", "CHE123456789", "DE123456788"];
  const run = await install("vat-checker", plugin, { network }).route({
    method: "POST",
    path: "/checks",
    body: { numbers },
  });
  expect(JSON.stringify(run.value).match(/"status":"\w+"/g)).toEqual([
    '"status":"wrong_check_digit"',
    '"status":"wrong_form"',
    '"status":"unknown_country"',
    '"status":"not_registered"',
  ]);
  expect(asked).toHaveLength(1);
  expect(Object.keys(run.storage)).toEqual(["vat:DE123456788"]);
});

test.each([
  ["an error", () => Promise.resolve(new Response("busy", { status: 503 })), "VIES answered 503"],
  ["a page", () => Promise.resolve(new Response("<html>")), expect.any(String)],
  [
    "no verdict",
    () => Promise.resolve(new Response('{"isValid":false,"userError":"MS_UNAVAILABLE"}')),
    "MS_UNAVAILABLE",
  ],
  ["null", () => Promise.resolve(new Response("null")), "VIES answered nothing"],
  ["a broken line", () => Promise.reject(new Error("Network connection lost.")), "Network connection lost."],
])("when the register gives %s the number is unconfirmed and nothing is kept", async (_, network, why) => {
  const run = await install("vat-checker", plugin, { network }).route({ method: "GET", path: "/check/ATU13585627" });
  expect(run).toMatchObject({ outcome: "ok", value: { body: { status: "unconfirmed", why } }, storage: {} });
});

test.each([
  [null],
  ["text"],
  [{}],
  [{ numbers: [] }],
  [{ numbers: [7] }],
  [{ numbers: Array(11).fill("ATU13585627") }],
  [{ numbers: ["x".repeat(41)] }],
])("the body %j is 422", async (body) => {
  const run = await install("vat-checker", plugin).route({ method: "POST", path: "/checks", body });
  expect(run.value).toMatchObject({ status: 422 });
});

test("all customers with a number are checked in one go", async () => {
  const { network } = vies();
  const host = install("vat-checker", plugin, { network });
  const run = await host.route({ method: "POST", path: "/customers/check" });
  expect(run.value).toMatchObject({
    body: {
      checks: [
        { customerId: 2, number: "ATU13585627", status: "registered" },
        { customerId: 3, number: "DE136695976", status: "registered" },
      ],
      notChecked: 0,
    },
  });
  const kept = await host.route({ method: "GET", path: "/checks" });
  expect(kept.value).toMatchObject({ body: { checks: [{ number: "ATU13585627" }, { number: "DE136695976" }] } });
});

test("customers may be withheld: that route is refused, the others work", async () => {
  const { network } = vies();
  const host = install("vat-checker", plugin, { network, granted: ["storage.read", "storage.write"] });
  expect((await host.route({ method: "POST", path: "/customers/check" })).outcome).toBe("capability_denied");
  expect((await host.route({ method: "GET", path: "/check/ATU13585627" })).outcome).toBe("ok");
});

test("a month's proofs become one file, in the language that was set, signed where a key was set", async () => {
  const options = {
    ...vies(),
    settings: { language: "en" },
    secrets: { reportKey: "only mine" },
    strings: { en: { number: "VAT number", status: "Result", name: "Name", checkedAt: "Checked at" } },
  };
  const host = install("vat-checker", plugin, options);
  expect(await host.route({ method: "GET", path: "/reports/2026-03" })).toMatchObject({ value: { status: 404 } });
  await host.route({ method: "GET", path: "/check/ATU13585627" });
  const made = await host.route({ method: "POST", path: "/reports" });
  const { month, signature } = (made.value as { body: { month: string; signature: string } }).body;
  expect(made.files).toMatchObject([{ key: `reports/${month}.csv`, contentType: "text/csv" }]);
  expect(signature).toMatch(/^[0-9a-f]{64}$/);
  const read = await host.route({ method: "GET", path: `/reports/${month}` });
  const csv = String((read.value as { body: string }).body);
  expect(csv.split("\r\n").slice(0, 2)).toEqual([
    '"VAT number";"Result";"Name";"Checked at"',
    expect.stringMatching(/^"ATU13585627";"registered";"Berger Steuerberatung GmbH";"20/),
  ]);
  const unsigned = await install("vat-checker", plugin, vies()).route({ method: "POST", path: "/reports" });
  expect((unsigned.value as { body: object }).body).not.toHaveProperty("signature");
});
