import { type Customer, definePlugin, type PluginContext } from "@rising-bsm/plugin-sdk";
import { type Check, type CheckContext, checkVat, listChecks } from "./check.ts";
import { readReport, writeReport } from "./report.ts";

/** Numbers of one request; the register is slow and asks for moderation. */
const MAX_NUMBERS = 10;

export default definePlugin({
  permissions: ["customers.read", "storage.read", "storage.write"],
  routes: {
    "GET /check/:number": async (context, { params, query }) => ({
      body: { ...(await checkVat(context, params.number ?? "", query.fresh === "1")) },
    }),
    "GET /checks": async (context, { query }) => ({ body: await listChecks(context, query.cursor) }),
    "POST /checks": async (context, { body }) => {
      const numbers = readNumbers(body);
      if (numbers === null) {
        return { status: 422, body: { message: `Send {"numbers": [...]} with 1 to ${MAX_NUMBERS} VAT numbers.` } };
      }
      return { body: { checks: (await checkAll(context, numbers)).map((check) => ({ ...check })) } };
    },
    "POST /customers/check": async (context) => {
      const customers = await customersWithVat(context);
      const checks = await checkAll(
        context,
        customers.slice(0, MAX_NUMBERS).map(({ vatNumber }) => vatNumber),
      );
      const rows = checks.map((check, index) => ({ customerId: customers[index]?.id ?? null, ...check }));
      return { body: { checks: rows, notChecked: Math.max(0, customers.length - MAX_NUMBERS) } };
    },
    "POST /reports": async (context) => ({ status: 201, body: await writeReport(context) }),
    "GET /reports/:month": async (context, { params }) => {
      const report = await readReport(context, params.month ?? "");
      return report === null ? { status: 404 } : { headers: { "content-type": "text/csv" }, body: report };
    },
  },
});

/** One after the other: the register limits what one address may ask at a time. */
async function checkAll(context: CheckContext, numbers: readonly string[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const number of numbers) checks.push(await checkVat(context, number));
  return checks;
}

async function customersWithVat(
  context: PluginContext<"customers.read">,
): Promise<(Customer & { readonly vatNumber: string })[]> {
  const found: (Customer & { readonly vatNumber: string })[] = [];
  for (let page = 1; page <= 10; page++) {
    const { items, total, limit } = await context.customers.list({
      page,
      limit: 100,
      sortBy: "id",
      sortDirection: "asc",
    });
    for (const customer of items) if (hasVat(customer)) found.push(customer);
    if (items.length === 0 || page * limit >= total) break;
  }
  return found;
}

function hasVat(customer: Customer): customer is Customer & { readonly vatNumber: string } {
  return typeof customer.vatNumber === "string" && customer.vatNumber.trim() !== "";
}

function readNumbers(body: unknown): string[] | null {
  if (typeof body !== "object" || body === null || !("numbers" in body) || !Array.isArray(body.numbers)) return null;
  const numbers = body.numbers.filter((number): number is string => typeof number === "string" && number.length <= 40);
  return numbers.length === body.numbers.length && numbers.length >= 1 && numbers.length <= MAX_NUMBERS
    ? numbers
    : null;
}
