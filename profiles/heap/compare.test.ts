import { beforeAll, describe, expect, it } from 'vitest';
import { extractForComparison, SnapshotComparison } from './compare';
import {
  snapshotComparisonQuestionSchema,
  type ConstructorChange,
  type HolderPath,
  type SnapshotComparisonAnswers,
} from './questions';
import { SnapshotBuilder } from './testing/build';
import { type OpenedSnapshot, snapshotsOf } from './testing/real-snapshots';

function comparison(a: OpenedSnapshot, b: OpenedSnapshot) {
  const compared = new SnapshotComparison(extractForComparison(a.snapshot, a.index), b.snapshot, b.index);
  const ask = <K extends keyof SnapshotComparisonAnswers>(question: { kind: K } & Record<string, unknown>) =>
    compared.ask(snapshotComparisonQuestionSchema.parse(question)) as SnapshotComparisonAnswers[K];
  const change = (name: string): ConstructorChange =>
    ask({ kind: 'constructors', search: name, limit: 1000 }).rows.find((row) => row.name === name)!;
  const holders = (name: string): HolderPath[] => ask({ kind: 'holders', group: change(name).key });
  return { ask, change, holders };
}

/** root → global → { list: Array of Items }; the ids say which items are the same. */
function listOf(ids: number[], extra = 0) {
  const b = new SnapshotBuilder();
  const global = b.node('object', 'global', 40);
  const list = b.node('object', 'Array', 32);
  b.edge(0, 'shortcut', '1', global).edge(global, 'property', 'list', list);
  ids.forEach((id, at) => b.edge(list, 'element', at, b.node('object', 'Item', 100, id)));
  for (let at = 0; at < extra; at++)
    b.edge(global, 'property', `p${at}`, b.node('object', 'Other', 10, 9001 + 2 * at));
  return b.build();
}

describe('two snapshots', () => {
  it('tell new and deleted objects by their ids', () => {
    const { ask, change } = comparison(listOf([101, 103, 105]), listOf([103, 105, 107, 109]));
    expect(ask({ kind: 'constructors' }).sameIsolate).toBe(true);
    expect(change('Item')).toMatchObject({
      countA: 3,
      countB: 4,
      newCount: 2,
      deletedCount: 1,
      countChange: 1,
      newSize: 200,
      deletedSize: 100,
      sizeChange: 100,
      retainedB: 400,
    });
    const { rows, total } = ask({
      kind: 'newInstances',
      group: change('Item').key,
      sort: 'id',
      descending: false,
    });
    expect(total).toBe(2);
    expect(rows.map(({ id }) => id)).toEqual([107, 109]);
  });

  it('tell their order by ids of V8 alone: even ones are made of addresses', () => {
    const earlier = listOf([101, 103, 105, 900_000_002]);
    const later = listOf([101, 103, 107, 800_000_002]);
    const isReversed = (...[a, b]: Parameters<typeof comparison>) =>
      comparison(a, b).ask({ kind: 'constructors' }).isReversed;
    expect(isReversed(earlier, later)).toBe(false);
    expect(isReversed(later, earlier)).toBe(true);
    expect(isReversed(earlier, listOf([101, 103, 107, 990_000_002]))).toBe(false);
    expect(isReversed(later, listOf([101, 103, 105, 990_000_002]))).toBe(true);
  });

  it('know constructors that only one of them has', () => {
    const { change } = comparison(listOf([101], 3), listOf([101]));
    expect(change('Other')).toMatchObject({
      countA: 3,
      countB: 0,
      deletedCount: 3,
      sizeChange: -30,
      retainedB: 0,
    });
  });

  it('name what holds the new objects', () => {
    const [holder] = comparison(listOf([101]), listOf([101, 103, 105, 107])).holders('Item');
    expect(holder).toMatchObject({ phrase: 'held by global "list"', count: 3, share: 1, retained: 300 });
    expect(holder?.holder.name).toBe('Array');
    expect(holder?.steps.map(({ edge, node }) => `${edge} ${node}`)).toEqual([
      ' global',
      'list Array',
      '[…] Item',
    ]);
  });
});

const commonJs = `
const { EventEmitter } = require('node:events');
const sessions = require('./src/session.js');
const bus = new EventEmitter();
bus.setMaxListeners(0);
const buffers = [];
const kept = [];
let settle;
const first = new Promise((resolve) => { settle = resolve; });
let tail = first;
class Ticket { constructor(i) { this.i = i; this.text = 'ticket ' + i; } }
class Payload { constructor(i) { this.i = i; } }
class Captured { constructor(i) { this.i = i; } }
class Scheduled { constructor(i) { this.i = i; } }
function makeHandler(i) { const captured = new Captured(i); return () => captured; }
function listen(ticket) { bus.on('sold', function onSold() { return ticket; }); }
function follow(payload) { tail = tail.then(() => payload); }
function schedule(scheduled) { setTimeout(function expire() { return scheduled; }, 3600000); }
function grow(from, to) {
  for (let i = from; i < to; i++) {
    sessions.open(i);
    listen(new Ticket(i));
    buffers.push(Buffer.alloc(20000, i));
    kept.push(makeHandler(i));
    follow(new Payload(i));
    schedule(new Scheduled(i));
  }
}
grow(0, 20);
setTimeout(() => {
  globalThis.snapshot();
  grow(20, 320);
  setTimeout(() => { globalThis.snapshot(); process.exit(); }, 1);
}, 1);
module.exports = () => [settle, first, tail];
globalThis.use = module.exports;
`;

const session = `
class Session { constructor(id) { this.id = id; this.user = { name: 'user ' + id }; } }
const cache = new Map();
exports.open = (id) => { cache.set('session ' + id, new Session(id)); };
exports.close = (id) => cache.delete('session ' + id);
`;

describe('two snapshots of a process that grows (CommonJS)', () => {
  let compared: ReturnType<typeof comparison>;
  let reversed: ReturnType<typeof comparison>;
  beforeAll(async () => {
    const [a, b] = await snapshotsOf({ 'app.js': commonJs, 'src/session.js': session });
    compared = comparison(a!, b!);
    reversed = comparison(b!, a!);
  });

  it('are known to be in the wrong order when the first was taken after the second', () => {
    expect(compared.ask({ kind: 'constructors' }).isReversed).toBe(false);
    expect(reversed.ask({ kind: 'constructors' })).toMatchObject({ sameIsolate: true, isReversed: true });
  });

  it('are known to be of one process', () => {
    expect(compared.ask({ kind: 'constructors' }).sameIsolate).toBe(true);
    expect(compared.change('Session')).toMatchObject({
      newCount: 300,
      deletedCount: 0,
      countA: 20,
      countB: 320,
    });
  });

  it.each([
    ['Session', 'held by "cache" in src/session.js', 'Map'],
    ['Ticket', 'held by "sold" listeners of "bus" in app.js', 'Array'],
    ['Captured', 'held by "kept" in app.js', 'Array'],
    ['Buffer', 'held by "buffers" in app.js', 'Array'],
    ['Scheduled', 'held by timers of expire() app.js:18', 'TimersList'],
  ])('name the holder of each %s', (name, phrase, holder) => {
    const [path] = compared.holders(name);
    expect(path).toMatchObject({ phrase, holder: { name: holder } });
    expect(path!.count).toBeGreaterThanOrEqual(295);
    expect(path!.share).toBeGreaterThan(0.95);
  });

  it('name the beginning of a chain of promises', () => {
    const [path] = compared.holders('Payload');
    expect(path?.phrase).toMatch(/^held by "(first|settle|tail)/);
    expect(path?.count).toBe(300);
    expect(path!.steps.length).toBeLessThan(20);
  });
});

const esModule = `
class Entry { constructor(i) { this.i = i; } }
class Visit { constructor(i) { this.i = i; } }
const cache = new Map();
export const visits = [];
export function add(i) { cache.set('k' + i, new Entry(i)); visits.push(new Visit(i)); }
`;
const esMain = `
import { add } from './src/store.mjs';
for (let i = 0; i < 10; i++) add(i);
setTimeout(() => {
  globalThis.snapshot();
  for (let i = 10; i < 210; i++) add(i);
  globalThis.snapshot();
}, 1);
`;

describe('two snapshots of a process that grows (ES modules)', () => {
  it('name variables and exports of modules', async () => {
    const [a, b] = await snapshotsOf({ 'app.mjs': esMain, 'src/store.mjs': esModule });
    const { holders } = comparison(a!, b!);
    expect(holders('Entry')[0]).toMatchObject({ phrase: 'held by "cache" in src/store.mjs', count: 200 });
    expect(holders('Entry')[0]?.script).toMatch(/^file:.*src\/store\.mjs$/);
    expect(holders('Visit')[0]).toMatchObject({ phrase: 'held by "visits" in src/store.mjs', count: 200 });
  });
});

/** A server's own timer is the shortest way to all that its requests can reach; variables of a block are no one else's. */
const served = `
const http = require('node:http');
class Metric { constructor(i) { this.i = i; } }
class Visit { constructor(i) { this.i = i; } }
class App extends http.Server { visits = []; }
{
  const metrics = {};
  const server = new App((request, response) => { metrics[request.url] = new Metric(0); response.end(); });
  server.listen(0, '127.0.0.1', () => {
    const grow = (from, to) => {
      for (let i = from; i < to; i++) { metrics['m' + i] = new Metric(i); server.visits.push(new Visit(i)); }
    };
    grow(0, 50);
    globalThis.snapshot();
    grow(50, 250);
    globalThis.snapshot();
    process.exit();
  });
}
`;

describe('two snapshots of a server', () => {
  it('name the variable or the property, not the timer with which Node looks after connections', async () => {
    const [a, b] = await snapshotsOf({ 'app.js': served });
    const { holders } = comparison(a!, b!);
    expect(holders('Metric')[0]?.phrase).toMatch(/^held by "metrics" in .*app.js$/);
    expect(holders('Visit')[0]?.phrase).toBe('held by "visits" of App');
  });
});

describe('snapshots of two processes', () => {
  it('are compared by counts, even when both ran the same program', async () => {
    const program = {
      'app.cjs': `const list = []; for (let i = 0; i < 5000; i++) list.push({ i, id: process.hrtime.bigint() }); globalThis.list = list; globalThis.snapshot();`,
    };
    const [[a], [b]] = await Promise.all([
      snapshotsOf(program),
      snapshotsOf({
        'app.cjs': `globalThis.more = [...Array(2000)].map((_, i) => new Date(i));${program['app.cjs']}`,
      }),
    ]);
    const { ask, change } = comparison(a!, b!);
    expect(ask({ kind: 'constructors' })).toMatchObject({ sameIsolate: false, isReversed: false });
    expect(change('Date')).toMatchObject({ newCount: 2000, deletedCount: 0 });
  });
});
