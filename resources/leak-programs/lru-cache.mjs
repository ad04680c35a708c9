// HONEST: a cache of at most CACHE_ENTRIES pages fills up and then throws the oldest out. Pages are read ahead by the clock, so
// that it is full FILL_MS after the first request however slowly requests come.
import { serve, textOf } from './serve.mjs';

const most = Number(process.env.CACHE_ENTRIES ?? 2000);
const fillMs = Number(process.env.FILL_MS ?? 18_000);

class Page {
  constructor(key) {
    this.key = key;
    this.html = textOf(4000, key);
  }
}

// A Map keeps the order of insertion: the first key is the least recently used.
const cache = new Map();

function pageOf(key) {
  let page = cache.get(key);
  if (page) cache.delete(key);
  else page = new Page(key);
  cache.set(key, page);
  if (cache.size > most) cache.delete(cache.keys().next().value);
  return page;
}

/** Pages that nobody has asked for yet have negative keys. */
function readAhead() {
  const startedMs = performance.now();
  let pagesRead = 0;
  const timer = setInterval(() => {
    const due = Math.min(most, ((performance.now() - startedMs) / fillMs) * most);
    while (cache.size < due) pageOf(--pagesRead);
    if (cache.size >= most) clearInterval(timer);
  }, 100);
}

serve((requestNumber) => {
  if (requestNumber === 1) readAhead();
  // One in three asks for something recent again.
  const key = requestNumber % 3 === 0 ? Math.max(1, requestNumber - 50) : requestNumber;
  return { key: pageOf(key).key, cached: cache.size };
});
