/**
 * A small shop API with problems planted on purpose. No dependencies. Listens on PORT, or on any free port.
 *
 * What a recording of it under the default load must show:
 *
 *   GET  /products         renderCatalog (src/catalog.mjs) has by far the most self time: it compares every product
 *                          with every other one again for each request.
 *   GET  /export           exportCatalog (src/export.mjs): total time in JSON.stringify and JSON.parse.
 *   GET  /recommendations  slow (about 250 ms) without CPU: it waits for an upstream (src/recommendations.mjs).
 *                          High latency here, and almost nothing in the CPU profile.
 *   POST /cart             leaks: every cart stays in the Map `sessions` (src/cart.mjs) for ever, about 40 KB each.
 *                          Heap used climbs after every GC; the allocation profile points at addToCart.
 *   GET  /report           blocks the event loop for about 200 ms: buildMonthlyReport (src/report.mjs) computes and
 *                          signs the report synchronously. Event-loop delay max and the latency of all other routes jump.
 *   GET  /health           nothing to find here.
 */
import { createServer } from 'node:http';
import { addToCart } from './src/cart.mjs';
import { renderCatalog } from './src/catalog.mjs';
import { exportCatalog } from './src/export.mjs';
import { loadProducts } from './src/products.mjs';
import { recommend } from './src/recommendations.mjs';
import { buildMonthlyReport } from './src/report.mjs';

const products = loadProducts();

const routes = {
  'GET /health': () => ({ status: 'ok', uptimeSeconds: Math.round(process.uptime()) }),
  'GET /products': () => renderCatalog(products),
  'GET /export': () => exportCatalog(products),
  'GET /recommendations': () => recommend(products),
  'GET /report': () => buildMonthlyReport(products),
  'POST /cart': async (request) => addToCart(products, await readJson(request)),
};

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    const status = error.status ?? 500;
    if (status === 500) console.error(`${request.method} ${request.url} failed:`, error);
    send(response, status, { error: error.message });
  });
});

async function handle(request, response) {
  const { pathname } = new URL(request.url, 'http://shop');
  const route = routes[`${request.method} ${pathname}`];
  if (!route) return send(response, 404, { error: `No route ${request.method} ${pathname}` });
  send(response, 200, await route(request));
}

function send(response, status, content) {
  const isHtml = typeof content === 'string' && content.startsWith('<');
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  response.writeHead(status, {
    'content-type': isHtml ? 'text/html; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (chunks.length === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw Object.assign(new Error('The body is not JSON.'), { status: 400 });
  }
}

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`shop is open at http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, () => {
    console.log(`shop is closing (${signal})`);
    server.close();
    server.closeIdleConnections();
    // Requests under way get a moment; a busy client's keep-alive connection must not hold us open.
    setTimeout(() => server.closeAllConnections(), 500).unref();
  });
