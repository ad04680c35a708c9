/** The shop's data: the same products at every start. */

const adjectives = ['Sturdy', 'Light', 'Quiet', 'Fast', 'Warm', 'Plain', 'Bright', 'Soft', 'Wide', 'Small'];
const nouns = ['Lamp', 'Chair', 'Kettle', 'Desk', 'Radio', 'Blanket', 'Mug', 'Clock', 'Shelf', 'Mirror'];
const tagNames = [
  'kitchen', 'office', 'garden', 'bedroom', 'travel', 'gift', 'wood', 'steel', 'glass', 'cotton',
  'recycled', 'handmade', 'new', 'sale', 'outdoor', 'kids',
]; // prettier-ignore

/** A linear congruential generator: random enough for a shop, and repeatable. */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

export function loadProducts(count = 400) {
  const random = createRandom(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    sku: `SKU-${String(index + 1).padStart(6, '0')}`,
    name: `${pick(adjectives)} ${pick(nouns)} ${index + 1}`,
    priceCents: 500 + Math.floor(random() * 20_000),
    stock: Math.floor(random() * 500),
    tags: Array.from({ length: 6 }, () => pick(tagNames)),
    description: `A ${pick(adjectives).toLowerCase()} thing for every ${pick(tagNames)}, made to last.`,
  }));
}
