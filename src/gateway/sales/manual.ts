import type { PaymentProvider } from "../../market/sales/ports.ts";

/** Money that comes by hand: the seller's instructions say how, a person says that it came. Nothing is asked of anybody. */
export const manualProvider: PaymentProvider = {
  name: "manual",
  open: async () => null,
  close: async () => "closed",
  refund: async (order) => ({ id: `refunded:${order.id}` }),
  read: async () => null,
};
