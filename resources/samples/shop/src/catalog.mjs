/**
 * The product page. Planted problem: for each product it looks for the three most similar ones by comparing tags
 * with every other product, on each request (quadratic; could be computed once, or by an index from tag to product).
 */

export function renderCatalog(products) {
  let html = '<!doctype html><title>Catalogue</title><ul>';
  for (const product of products) {
    let best = null;
    let bestScore = -1;
    for (const other of products) {
      if (other === product) continue;
      let score = 0;
      for (const tag of product.tags) {
        for (const otherTag of other.tags) {
          if (tag === otherTag) score += 10;
        }
      }
      score -= Math.abs(product.priceCents - other.priceCents) / 10_000;
      if (score > bestScore) {
        best = other;
        bestScore = score;
      }
    }
    html += `<li id="${product.sku}">${product.name} <b>${formatPrice(product.priceCents)}</b> `;
    html += `see also <a href="#${best.sku}">${best.name}</a></li>`;
  }
  return html + '</ul>';
}

function formatPrice(cents) {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
