import { beforeAll, describe, expect, it } from 'vitest';
import { answer } from './answer';
import {
  heapListKinds,
  snapshotQuestionSchema,
  type HeapListKind,
  type HeapListRow,
  type SnapshotAnswers,
} from './questions';
import { type OpenedSnapshot, snapshotsOf } from './testing/real-snapshots';

const program = `
const net = require('node:net');
const { EventEmitter } = require('node:events');
const cache = new Map();
for (let i = 0; i < 1000; i++) cache.set('key' + i, { value: i });
const seen = new Set();
for (let i = 0; i < 700; i++) seen.add({ i });
const dictionary = {};
for (let i = 0; i < 3000; i++) dictionary['user' + i * 7] = { i };
class Bus extends EventEmitter {}
const bus = new Bus();
bus.setMaxListeners(0);
for (let i = 0; i < 50; i++) { const mine = [i]; bus.on('tick', function onTick() { return mine; }); }
const kept = [];
function makeClosure(i) { const data = { i }; return function inner() { return data; }; }
for (let i = 0; i < 300; i++) kept.push(makeClosure(i));
for (let i = 0; i < 20; i++) setInterval(function poll() { return i; }, 60000);
const texts = [];
for (let i = 0; i < 200; i++) texts.push(Buffer.from('one text that many strings have').toString());
const waiting = [];
for (let i = 0; i < 30; i++) { const gate = new Promise(() => {}); gate.then(function afterGate() {}); waiting.push(gate); }
let release;
const held = new Promise((resolve) => { release = resolve; });
async function suspended() { await held; }
for (let i = 0; i < 7; i++) suspended();
const buffers = [];
for (let i = 0; i < 10; i++) buffers.push(Buffer.alloc(100000, i));
let tail; const chain = [];
const server = net.createServer(() => {}).listen(0, '127.0.0.1', () => {
  setImmediate(function later() {});
  globalThis.snapshot();
  process.exit();
});
globalThis.use = () => [cache, seen, dictionary, bus, kept, texts, waiting, release, buffers, server, tail, chain];
`;

describe('lists of a real process', () => {
  let opened: OpenedSnapshot;
  beforeAll(async () => {
    opened = (await snapshotsOf({ 'app.cjs': program }))[0]!;
  });

  const rows = (list: HeapListKind, search = '', offset = 0): HeapListRow[] => {
    const question = snapshotQuestionSchema.parse({ kind: 'list', list, search, offset, limit: 1000 });
    return (answer(opened.snapshot, opened.index, question) as SnapshotAnswers['list']).rows;
  };
  const row = (list: HeapListKind, ...words: string[]): HeapListRow | undefined =>
    rows(list).find(({ label, detail }) => words.every((word) => `${label} ${detail}`.includes(word)));

  it('groups closures by the function that made them, with its place', () => {
    expect(row('closures', 'inner()')).toMatchObject({ label: 'inner()', detail: 'app.cjs:15', count: 300 });
    expect(row('closures', 'onTick()')).toMatchObject({ detail: 'app.cjs:13', count: 50 });
    expect(rows('closures', 'INNER')).toContainEqual(expect.objectContaining({ label: 'inner()' }));
  });

  it('groups timers by callback', () => {
    expect(row('timers', 'poll()')).toMatchObject({ count: 20, detail: 'Timeout, app.cjs:17' });
    expect(row('timers', 'later()')).toMatchObject({ count: 1, detail: 'Immediate, app.cjs:30' });
  });

  it('counts listeners by event and kind of emitter', () => {
    const tick = row('listeners', 'tick');
    expect(tick).toMatchObject({ label: 'tick', count: 50 });
    expect(tick?.detail).toBe('Bus, onTick() app.cjs:13');
  });

  it('tells who waits for pending promises', () => {
    expect(row('promises', 'afterGate()')).toMatchObject({
      label: 'afterGate() waits for it',
      detail: 'pending, app.cjs:21',
      count: 30,
    });
    expect(row('promises', 'suspended()')).toMatchObject({ detail: 'pending, app.cjs:24', count: 1 });
  });

  it('finds the server and its handle', () => {
    expect(row('sockets', 'Server (server)')).toMatchObject({ count: 1 });
    expect(row('sockets', 'TCP (TCP handle)')).toMatchObject({ count: 1 });
  });

  it('counts entries of collections and names what holds them', () => {
    expect(row('caches', '"cache" in app.cjs')).toMatchObject({ detail: 'Map', size: 1000, count: 1 });
    expect(row('caches', '"seen" in app.cjs')).toMatchObject({ detail: 'Set', size: 700 });
    expect(row('caches', '"dictionary" in app.cjs')).toMatchObject({ detail: 'Object', size: 3000 });
    expect(row('caches', '"kept" in app.cjs')).toMatchObject({ detail: 'Array', size: 300 });
  });

  it('adds up the memory of Buffers outside of the heap', () => {
    expect(row('buffers', '"buffers" in app.cjs')).toMatchObject({
      detail: 'Buffer',
      count: 10,
      size: 1_000_000,
    });
  });

  it('finds equal strings', () => {
    const question = snapshotQuestionSchema.parse({ kind: 'duplicates', search: 'one text that many' });
    const { rows: found } = answer(opened.snapshot, opened.index, question) as SnapshotAnswers['duplicates'];
    expect(found[0]).toMatchObject({ text: 'one text that many strings have', count: 200 });
  });

  it('counts what the lists have without making them', () => {
    const lists = answer(opened.snapshot, opened.index, { kind: 'listCounts' });
    const sum = (list: HeapListKind) => {
      let objects = 0;
      for (let offset = 0, page = rows(list); page.length > 0; page = rows(list, '', (offset += 1000)))
        for (const { count } of page) objects += count;
      return objects;
    };
    for (const list of heapListKinds) expect(lists[list], list).toBe(sum(list));
    expect(lists.closures).toBe(
      opened.snapshot.nodeType.filter((type) => opened.snapshot.nodeTypes[type] === 'closure').length,
    );
  });

  it('previews a session of the cache and the way to it', () => {
    const cache = row('caches', '"cache" in app.cjs')!.example;
    expect(cache.preview).toBe('Map(1000)');
    const path = answer(opened.snapshot, opened.index, { kind: 'path', ordinal: cache.ordinal });
    expect(path.at(-1)).toMatchObject({ type: 'context', name: 'cache' });
  });
});
