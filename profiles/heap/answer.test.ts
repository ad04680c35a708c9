import { describe, expect, it } from 'vitest';
import { answer } from './answer';
import { snapshotQuestionSchema, type SnapshotAnswers, type SnapshotQuestion } from './questions';
import { SnapshotBuilder } from './testing/build';

/** root → global → { users: Array [Session, Session], cache: Map { "k" → Session } }, with a closure and what is weak. */
function shop() {
  const b = new SnapshotBuilder();
  const gcRoots = b.node('synthetic', '(GC roots)', 0);
  const stack = b.node('synthetic', '(Stack roots)', 0);
  const global = b.node('object', 'global', 40);
  const users = b.node('object', 'Array', 32);
  const elements = b.node('array', '(object elements)', 32);
  const first = b.node('object', 'Session', 100);
  const second = b.node('object', 'Session', 50);
  const name = b.node('string', 'Ada', 24);
  const sameName = b.node('string', 'Ada', 24);
  const longerName = b.node('string', 'Ada', 40);
  const cache = b.node('object', 'Map', 32);
  const table = b.node('array', '', 16 + 8 * (3 + 2 + 12));
  const key = b.node('string', 'k', 16);
  const cached = b.node('object', 'Session', 200);
  const nested = b.node('object', 'Session', 1000);
  const closure = b.node('closure', 'handler', 64);
  const lost = b.node('object', 'Lost', 77);
  b.edge(0, 'element', 1, gcRoots)
    .edge(0, 'shortcut', '2', global)
    .edge(gcRoots, 'element', 1, stack)
    .edge(stack, 'internal', '1', cached)
    .edge(global, 'property', 'users', users)
    .edge(global, 'property', 'cache', cache)
    .edge(global, 'property', 'handler', closure)
    .edge(global, 'weak', 'maybe', lost)
    .edge(users, 'element', 0, first)
    .edge(users, 'element', 1, second)
    .edge(users, 'internal', 'elements', elements)
    .edge(elements, 'internal', '0', first)
    .edge(elements, 'internal', '1', second)
    .edge(first, 'property', 'name', name)
    .edge(first, 'property', 'id', key)
    .edge(second, 'property', 'name', sameName)
    .edge(cache, 'internal', 'table', table)
    .edge(table, 'internal', '5', key)
    .edge(table, 'internal', '6', cached)
    .edge(cached, 'property', 'child', nested)
    .edge(nested, 'property', 'name', longerName)
    .location(closure, 7, 11, 4);
  const { snapshot, index } = b.build();
  const ask = <K extends SnapshotQuestion['kind']>(
    question: { kind: K } & Record<string, unknown>,
  ): SnapshotAnswers[K] =>
    answer(snapshot, index, snapshotQuestionSchema.parse(question)) as SnapshotAnswers[K];
  return {
    ask,
    snapshot,
    index,
    nodes: { global, users, first, second, cache, table, cached, nested, closure, lost, name, stack },
  };
}

const groupOf = ({ ask }: ReturnType<typeof shop>, name: string) =>
  ask({ kind: 'constructors' }).rows.find((row) => row.name === name)!.key;

describe('questions about a heap snapshot', () => {
  it('tells what the heap is made of, and the kinds add up to the whole', () => {
    const { ask, snapshot } = shop();
    const overview = ask({ kind: 'overview' });
    expect(overview.nodeCount).toBe(snapshot.nodeCount);
    expect(overview.shallow).toBe(snapshot.shallow.reduce((sum, bytes) => sum + bytes, 0));
    expect(overview.kinds.reduce((sum, { shallow }) => sum + shallow, 0)).toBe(overview.shallow);
    expect(overview.kinds.find(({ label }) => label === 'strings')).toMatchObject({ count: 4, shallow: 104 });
    // Three equal texts of 24, 24 and 40 bytes: one, the largest, would be enough.
    expect(overview.duplicateStringBytes).toBe(48);
    expect(ask({ kind: 'listCounts' })).toMatchObject({ closures: 1, caches: 2, timers: 0 });
  });

  it('groups objects by constructor; what lies below another of the same constructor is retained once', () => {
    const { ask } = shop();
    const { rows } = ask({ kind: 'constructors', search: 'sess' });
    expect(rows).toHaveLength(1);
    // 100 + 24 of the first, 50 + 24 of the second, 200 + 1000 + 40 of the cached one with the one nested in it.
    expect(rows[0]).toMatchObject({ name: 'Session', count: 4, shallow: 1350, retained: 124 + 74 + 1240 });
  });

  it("lists V8's own roots, which are no constructors, only for those who search for them", () => {
    const { ask } = shop();
    const names = (search: string) => ask({ kind: 'constructors', search }).rows.map(({ name }) => name);
    expect(names('')).not.toContain('(synthetic)');
    expect(names('(')).not.toContain('(synthetic)');
    expect(names('synthetic')).toEqual(['(synthetic)']);
    expect(ask({ kind: 'node', ordinal: 0 })).toMatchObject({ type: 'synthetic' });
  });

  it('sorts and pages constructors', () => {
    const { ask } = shop();
    const all = ask({ kind: 'constructors', sort: 'shallow', descending: false });
    const sizes = all.rows.map(({ shallow }) => shallow);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    const page = ask({ kind: 'constructors', sort: 'shallow', descending: false, offset: 1, limit: 2 });
    expect(page).toEqual({ rows: all.rows.slice(1, 3), total: all.total });
  });

  it('lists the instances of a constructor by size, distance and id, either way round, and finds one by its id', () => {
    const heap = shop();
    const group = groupOf(heap, 'Session');
    const ordinals = (question: object) =>
      heap.ask({ kind: 'instances', group, ...question }).rows.map(({ ordinal }) => ordinal);
    const { first, second, cached, nested } = heap.nodes;
    expect(ordinals({})).toEqual([cached, nested, first, second]);
    expect(ordinals({ sort: 'retained', descending: false })).toEqual([second, first, nested, cached]);
    expect(ordinals({ sort: 'shallow', limit: 2 })).toEqual([nested, cached]);
    expect(ordinals({ sort: 'id', descending: false, offset: 1 })).toEqual([second, cached, nested]);
    const { id } = heap.ask({ kind: 'node', ordinal: nested });
    expect(ordinals({ search: `@${id}` })).toEqual([nested]);
    expect(heap.ask({ kind: 'instances', group: 9999 })).toEqual({ rows: [], total: 0 });
  });

  it('describes one object: text of a string, place of a closure (1-based), what dominates it', () => {
    const { ask, nodes } = shop();
    expect(ask({ kind: 'node', ordinal: nodes.name })).toMatchObject({
      name: 'string',
      text: 'Ada',
      preview: '"Ada"',
    });
    expect(ask({ kind: 'node', ordinal: nodes.closure })).toMatchObject({
      preview: 'handler()',
      location: { script: 7, line: 12, column: 5 },
    });
    expect(ask({ kind: 'node', ordinal: nodes.name }).dominator?.ordinal).toBe(nodes.first);
    expect(ask({ kind: 'node', ordinal: 0 }).dominator).toBeNull();
    expect(ask({ kind: 'node', ordinal: nodes.lost })).toMatchObject({ distance: null, dominator: null });
  });

  it('finds an object by the id that other snapshots know it by', () => {
    const { ask, nodes, snapshot } = shop();
    const id = snapshot.nodeId[nodes.cache]!;
    expect(ask({ kind: 'nodeById', id })).toMatchObject({ ordinal: nodes.cache, id });
    expect(ask({ kind: 'nodeById', id: 4242 })).toBeNull();
  });

  it('previews objects as DevTools does', () => {
    const { ask, nodes } = shop();
    const preview = (ordinal: number) => ask({ kind: 'node', ordinal }).preview;
    expect(preview(nodes.first)).toBe('{name, id}');
    expect(preview(nodes.users)).toBe('Array(2)');
    expect(preview(nodes.cache)).toBe('Map(1)');
    expect(preview(nodes.global)).toBe('{users, cache, handler}');
  });

  it('lists what an object refers to, V8’s own references last', () => {
    const { ask, nodes } = shop();
    const { rows, total } = ask({ kind: 'references', ordinal: nodes.users });
    expect(rows.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'element [0]',
      'element [1]',
      'internal elements',
    ]);
    expect(total).toBe(3);
    const last = ask({ kind: 'references', ordinal: nodes.users, offset: 2, limit: 5 });
    expect(last.rows.map(({ name }) => name)).toEqual(['elements']);
  });

  it('lists who refers to an object, nearest to a root first', () => {
    const { ask, nodes } = shop();
    const { rows, total } = ask({ kind: 'retainers', ordinal: nodes.cached });
    expect(total).toBe(2);
    expect(rows.map(({ node }) => node.ordinal).sort()).toEqual([nodes.stack, nodes.table].sort());
    const distances = rows.map(({ node }) => node.distance!);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(ask({ kind: 'retainers', ordinal: nodes.lost }).rows[0]).toMatchObject({
      type: 'weak',
      name: 'maybe',
    });
  });

  it('follows the way from a root that people know, rather than what is on the stack at the moment', () => {
    const { ask, nodes } = shop();
    const path = ask({ kind: 'path', ordinal: nodes.cached });
    expect(path.map(({ node }) => node.ordinal)).toEqual([
      nodes.global,
      nodes.cache,
      nodes.table,
      nodes.cached,
    ]);
    expect(path.map(({ name }) => name)).toEqual(['2', 'cache', 'table', '(6)']);
    expect(ask({ kind: 'path', ordinal: nodes.lost })).toEqual([]);
    expect(ask({ kind: 'path', ordinal: 0 })).toEqual([]);
  });

  it('shows the dominator tree, parents first, within the depth asked for', () => {
    const { ask, nodes } = shop();
    const tree = ask({ kind: 'dominators', ordinal: nodes.cached, smallest: 0 });
    expect(tree.ordinal.slice(0, 2)).toEqual([nodes.cached, nodes.nested]);
    expect(tree.parent).toEqual([-1, 0, 1]);
    expect(tree.retained).toEqual([1240, 1040, 40]);
    expect(tree.label[2]).toBe('"Ada"');
    const cut = ask({ kind: 'dominators', ordinal: nodes.cached, depth: 1, smallest: 0 });
    expect(cut.ordinal).toEqual([nodes.cached, nodes.nested]);
    expect(cut.more).toEqual([false, true]);
  });

  it('merges small siblings of one constructor in the dominator tree', () => {
    const b = new SnapshotBuilder();
    const holder = b.node('object', 'Holder', 16);
    b.edge(0, 'shortcut', '1', holder);
    for (let i = 0; i < 100; i++) b.edge(holder, 'element', i, b.node('object', 'Small', 10));
    b.edge(holder, 'element', 100, b.node('object', 'Large', 5000));
    const { snapshot, index } = b.build();
    const tree = answer(snapshot, index, { kind: 'dominators', ordinal: holder, depth: 4, smallest: 0.01 });
    expect(tree.label).toEqual(['Holder', 'Large', 'Small × 100']);
    expect(tree.count).toEqual([1, 1, 100]);
    expect(tree.shallow).toEqual([16, 5000, 1000]);
    expect(tree.ordinal[2]).toBe(-1);
  });

  it('finds equal strings and what they waste', () => {
    const { ask } = shop();
    const { rows, total } = ask({ kind: 'duplicates' });
    expect(total).toBe(1);
    expect(rows[0]).toMatchObject({ text: 'Ada', count: 3, shallow: 88, wasted: 48 });
    expect(ask({ kind: 'duplicates', search: 'ad' }).total).toBe(1);
    expect(ask({ kind: 'duplicates', search: 'grace' }).total).toBe(0);
  });

  it('puts the text of a concatenated string together', () => {
    const b = new SnapshotBuilder();
    const left = b.node('string', 'Hello, ');
    const right = b.node('string', 'world');
    const inner = b.node('concatenated string', '(concatenated string)');
    const outer = b.node('concatenated string', '(concatenated string)');
    b.edge(0, 'shortcut', '1', outer)
      .edge(outer, 'internal', 'first', inner)
      .edge(outer, 'internal', 'second', left)
      .edge(inner, 'internal', 'first', left)
      .edge(inner, 'internal', 'second', right);
    const { snapshot, index } = b.build();
    expect(answer(snapshot, index, { kind: 'node', ordinal: outer }).text).toBe('Hello, worldHello, ');
  });

  it('says which object is not there', () => {
    const { ask } = shop();
    expect(() => ask({ kind: 'node', ordinal: 1_000_000 })).toThrow(RangeError);
    expect(() => ask({ kind: 'references', ordinal: 1_000_000 })).toThrow(
      'there is no object number 1000000',
    );
  });

  it('follows a linked list of 100,000 objects; of its way it tells beginning and end', () => {
    const b = new SnapshotBuilder();
    const head = b.node('object', 'Link', 32);
    b.edge(0, 'shortcut', '1', head);
    let last = head;
    for (let i = 0; i < 100_000; i++) {
      const next = b.node('object', 'Link', 32);
      b.edge(last, 'property', 'next', next);
      last = next;
    }
    const { snapshot, index } = b.build();
    const path = answer(snapshot, index, { kind: 'path', ordinal: last });
    expect(path).toHaveLength(500);
    expect(path[200]?.skipped).toBe(100_001 - 500);
    expect(path.at(-1)?.node.ordinal).toBe(last);
    const { rows } = answer(
      snapshot,
      index,
      snapshotQuestionSchema.parse({ kind: 'constructors' }) as { kind: 'constructors' } & SnapshotQuestion,
    );
    expect(rows.find(({ name }) => name === 'Link')).toMatchObject({
      count: 100_001,
      retained: 100_001 * 32,
    });
  });
});
