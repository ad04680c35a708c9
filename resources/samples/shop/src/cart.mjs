/**
 * Carts. Planted problem: a leak. Every POST makes a new session and keeps it for ever, with a full copy of each product
 * and a history entry per product; nothing ever removes one.
 */

const sessions = new Map();
let nextSession = 1;

export function addToCart(products, { productId = 1, quantity = 1 } = {}) {
  const product = products.find(({ id }) => id === productId);
  if (!product) throw Object.assign(new Error(`No product ${productId}`), { status: 404 });
  const id = `session-${nextSession++}`;
  const cart = { id, createdAt: new Date(), lines: [{ ...product, quantity }], history: visitHistory(id) };
  sessions.set(id, cart);
  return { session: id, items: cart.lines.length, totalCents: product.priceCents * quantity };
}

function visitHistory(id) {
  const history = [];
  for (let index = 0; index < 180; index++)
    history.push({
      page: `/products?session=${id}&view=${index}`,
      at: Date.now() + index / 7,
      scroll: [index, index / 3],
    });
  return history;
}
