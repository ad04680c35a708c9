'use strict';
/*
 * What the metrics of garbage collections cost the program: slices of time with and without them in turn, in one process, so that
 * what the machine does otherwise meets both. CPU time of this thread per operation. Started by overhead-gc.ts.
 */
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const perfHooks = require('node:perf_hooks');

const [work, ...numbers] = process.argv.slice(2);
const [sliceMs, pairs] = numbers.map(Number);
const compared = ['entries', 'metrics', ...(work === 'garbage' ? ['always'] : [])];
const keptObjects = 1000;
const GCProfiler = require('node:v8').GCProfiler;

/** Main's own way: the agent's hook, with an agent that throws its reports away. */
function collectorOf() {
  const agent = { onExit() {}, onRemove() {}, report() {}, isMainThread: true, isAttached: false };
  require('../main/agent/runtime-metrics.cjs').install(agent);
  return {
    start: () => agent.runtime.start({ intervalMs: 250, sampled: false }),
    stop: () => agent.runtime.stop(),
  };
}

/** Performance entries alone: what every tool pays that counts collections. */
function entriesOnly() {
  let observer;
  let seen = 0;
  return {
    start() {
      observer = new perfHooks.PerformanceObserver((list) => (seen += list.getEntries().length));
      observer.observe({ entryTypes: ['gc'] });
    },
    stop: () => observer.disconnect(),
    seen: () => seen,
  };
}

/** Every collection measured, as comparison. */
function always() {
  const entries = entriesOnly();
  let profiler;
  let timer;
  return {
    start() {
      entries.start();
      profiler = new GCProfiler();
      profiler.start();
      timer = setInterval(() => {
        profiler.stop();
        profiler = new GCProfiler();
        profiler.start();
      }, 250);
    },
    stop() {
      clearInterval(timer);
      profiler.stop();
      entries.stop();
    },
  };
}

const none = { start() {}, stop() {} };
const ways = { off: none, entries: entriesOnly(), metrics: collectorOf(), always: always() };

let operations = 0;
let kept = [];
for (let i = 0; i < keptObjects; i++) kept.push({ i, text: 'kept' + i });

/** Short-lived objects. */
function makeGarbage(count) {
  let objects = [];
  for (let i = 0; i < count; i++) objects.push({ i, list: [i, i + 1] });
  kept.last = objects;
}

/** 200 kB that live for no time: V8 does little but collect them. */
function fillHeap() {
  for (let i = 0; i < 100; i++) kept.last = new Array(250).fill(i);
}

function burn(rounds) {
  let hash = 0;
  for (let i = 0; i < rounds; i++) hash = (hash * 31 + i) | 0;
  return hash;
}

const handlers = {
  /** CPU-bound: 2 ms of arithmetic and some objects a request. */
  'cpu-server': () => {
    makeGarbage(200);
    return { hash: burn(1e6) };
  },
  /** Ordinary: waits as if for a database, answers some JSON. */
  'http-server': async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { items: Array.from({ length: 50 }, (_, id) => ({ id, name: `item ${id}` })) };
  },
};

/** ns on the CPU; the kernel brings it up to date when the thread is switched, or at each tick. */
function cpuMs() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
}

async function slice(way) {
  way.start();
  const [from, before, startMs] = [cpuMs(), operations, performance.now()];
  if (work === 'garbage')
    while (performance.now() - startMs < sliceMs) {
      for (let i = 0; i < 100; i++, operations++) fillHeap();
      await new Promise(setImmediate);
    }
  else await new Promise((resolve) => setTimeout(resolve, sliceMs));
  const cpu = cpuMs() - from;
  const done = operations - before;
  way.stop();
  return { perOperationUs: (cpu * 1000) / done, operations: done };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const quartile = (values, share) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];

async function main() {
  // Before anything is measured, so that all is compiled.
  await slice(none);
  const all = { off: [], ...Object.fromEntries(compared.map((name) => [name, []])) };
  const changes = Object.fromEntries(compared.map((name) => [name, []]));
  for (let pair = 0; pair < pairs; pair++) {
    // There and back: what drifts meets both sides of each comparison.
    const names = Object.keys(all).sort(() => Math.random() - 0.5);
    const costs = {};
    for (const name of [...names, ...names.reverse()])
      (costs[name] ??= []).push((await slice(ways[name])).perOperationUs);
    for (const name of names) all[name].push(...costs[name]);
    const mean = ([a, b]) => (a + b) / 2;
    for (const name of Object.keys(changes)) changes[name].push(mean(costs[name]) / mean(costs.off) - 1);
  }
  const { operations: done } = await slice(none);
  // Those whose entries had not arrived at a slice's end are missing: at least so many.
  const collections = ways.entries.seen() / (2 * pairs);
  const result = {
    work,
    collectionsPerSecond: Math.round((collections * 1000) / sliceMs),
    operationsPerSecond: Math.round((done * 1000) / sliceMs),
    pairs,
  };
  for (const [name, values] of Object.entries(changes))
    result[name] = {
      median: median(values),
      quartiles: [quartile(values, 0.25), quartile(values, 0.75)],
      /** Of the quarter of slices that the machine disturbed least. */
      undisturbed: quartile(all[name], 0.25) / quartile(all.off, 0.25) - 1,
    };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}

if (work === 'garbage') void main();
else {
  const handle = handlers[work];
  const server = createServer(async (request, response) => {
    const answer = await handle();
    operations++;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
    process.stdin.once('data', () => void main());
  });
}
