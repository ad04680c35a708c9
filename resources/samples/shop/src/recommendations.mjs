/**
 * Recommendations. Planted problem: each request waits for a slow upstream; nothing is cached and there is no deadline.
 * It takes time but no CPU.
 */
import { setTimeout as wait } from 'node:timers/promises';

const upstreamDelayMs = 250;

export async function recommend(products) {
  const ids = await askRecommender();
  return { recommended: ids.map((id) => products[id % products.length].name) };
}

/** Stands for a call to another service. */
async function askRecommender() {
  await wait(upstreamDelayMs);
  return [3, 14, 15, 92, 65];
}
