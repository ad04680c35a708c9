// HONEST: about 200 MB of data loaded at start and kept; requests replace records by new ones of the same size.
import { serve, textOf } from './serve.mjs';

const productCount = Number(process.env.PRODUCTS ?? 100_000);

class Product {
  constructor(id, revision) {
    this.id = id;
    this.name = `product ${id}, revision ${revision}`;
    this.features = Array.from({ length: 200 }, (_, i) => (id * 31 + i * revision) / 7);
    this.description = textOf(180, id);
  }
}

const products = Array.from({ length: productCount }, (_, id) => new Product(id, 1));

serve((requestNumber) => {
  const id = (requestNumber * 7919) % productCount;
  products[id] = new Product(id, requestNumber);
  return { name: products[id].name };
});
