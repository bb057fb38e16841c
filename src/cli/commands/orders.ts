import { SALES_OPERATIONS } from "../../contract/sales/operations.ts";
import { ok } from "../../domain/result.ts";
import { ORDER_STATES, type OrderState } from "../../domain/sales/order.ts";
import { command, type Group } from "../command.ts";
import { misuse } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const ORDER = [{ name: "ORDER", summary: "id of the order, as rbsm orders list shows it" }];
const NOTE_FLAG = { value: "TEXT", summary: "kept with the payment" };

const list = command({
  summary: "show what you sold and bought, newest first",
  positionals: [],
  flags: {
    marketplace: MARKETPLACE_FLAG,
    state: { value: "STATE", summary: `one of ${ORDER_STATES.join(", ")}` },
    page: { value: "N", summary: "further pages of twenty orders" },
  },
  examples: ["rbsm orders list --state open"],
  async run({ flags }) {
    const state = ORDER_STATES.find((one) => one === flags.state);
    if (flags.state !== undefined && state === undefined)
      return { ok: false, problem: misuse("option_invalid", `--state is one of ${ORDER_STATES.join(", ")}.`) };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const allowed = requireToken(marketplace.value);
    if (!allowed.ok) return allowed;
    const query: { state?: OrderState; page?: string } = {
      ...(state === undefined ? {} : { state }),
      ...(flags.page === undefined ? {} : { page: flags.page }),
    };
    const reply = await ask(marketplace.value, SALES_OPERATIONS.listOrders, { query });
    if (!reply.ok) return reply;
    const { data, total } = reply.value.body;
    return ok({
      data: { orders: data, total },
      lines: [...data.map(lineOf), ...(data.length < total ? [`${total} in all`] : [])],
    });
  },
});

const paid = act("markOrderPaid", "say that the money of an order paid by hand has come");
const refund = act("refundOrder", "give all the money back; the license is revoked");
const fulfil = act("fulfilOrder", "give a new license for money that came after its license was gone");

/** Orders of whoever sells. */
export const ordersCommand: Group = {
  summary: "see what was sold, and say when money came or went back",
  commands: { list, paid, refund, fulfil },
};

function act(id: "markOrderPaid" | "refundOrder" | "fulfilOrder", summary: string) {
  const word = { markOrderPaid: "paid", refundOrder: "refund", fulfilOrder: "fulfil" }[id];
  return command({
    summary,
    positionals: ORDER,
    flags: { marketplace: MARKETPLACE_FLAG, note: NOTE_FLAG },
    examples: [`rbsm orders ${word} ord_01234567890123456789ABCDEF`],
    async run({ flags, args: [order = ""] }) {
      const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
      if (!marketplace.ok) return marketplace;
      const allowed = requireToken(marketplace.value);
      if (!allowed.ok) return allowed;
      const json = flags.note === undefined ? {} : { note: flags.note };
      const reply = await ask(marketplace.value, SALES_OPERATIONS[id], { params: { id: order }, json });
      if (!reply.ok) return reply;
      return ok({ data: reply.value.body, lines: [lineOf(reply.value.body)] });
    },
  });
}

function lineOf(order: {
  readonly id: string;
  readonly state: string;
  readonly type: string;
  readonly amount: number;
  readonly currency: string;
  readonly attention?: string | undefined;
}): string {
  const money = `${(order.amount / 100).toFixed(2)} ${order.currency}`;
  const attention = order.attention === undefined ? "" : `  ${order.attention}`;
  return `${order.id}  ${order.state.padEnd(12)} ${order.type.padEnd(10)} ${money.padStart(12)}${attention}`;
}
