/** Path of the page on which an order is paid; whoever holds the order's id may. */
export function checkoutPath(orderId: string): string {
  return `/checkout/${orderId}`;
}
