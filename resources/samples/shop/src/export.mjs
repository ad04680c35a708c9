/**
 * The catalogue for partners. Planted problem: the export is turned to JSON, parsed again "to get a clean copy", and
 * turned to JSON once more, although nothing in it changes.
 */

export function exportCatalog(products) {
  const rows = products.flatMap((product) =>
    ['EUR', 'USD', 'GBP'].map((currency) => ({
      ...product,
      currency,
      exportedBy: 'shop',
      warehouses: warehousesOf(product),
    })),
  );
  const copy = JSON.parse(JSON.stringify({ rows }));
  copy.count = copy.rows.length;
  return JSON.stringify(copy);
}

function warehousesOf(product) {
  return Array.from({ length: 8 }, (_, index) => ({
    name: `warehouse-${index}`,
    stock: product.stock + index,
  }));
}
