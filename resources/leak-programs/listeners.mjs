// LEAK: every request listens to an emitter that outlives it and never stops listening, about 1 KB a request.
// Planted: `followPrices` adds listeners, each of which holds a `PriceWatch`.
import { EventEmitter } from 'node:events';
import { serve } from './serve.mjs';

const prices = new EventEmitter();
prices.setMaxListeners(0);

class PriceWatch {
  constructor(product) {
    this.product = product;
    this.lastPrices = Array.from({ length: 60 }, (_, i) => product + i / 7);
  }
}

function followPrices(requestNumber) {
  const watch = new PriceWatch(requestNumber);
  prices.on('price', (product, price) => {
    if (product === watch.product) watch.lastPrices.push(price);
  });
}

serve((requestNumber) => {
  followPrices(requestNumber);
  return { listeners: prices.listenerCount('price') };
});
