import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyCallTree, type CallTree } from './call-tree';
import {
  firstPositionRightOf,
  frameAt,
  layoutFlame,
  matchNodes,
  rowOf,
  type FlameLayout,
} from './flame-layout';

/** A tree from [parent, name, self] rows; row 0 is the root. */
function treeOf(rows: [parent: number, name: string, self: number][]): CallTree {
  const tree = emptyCallTree('microseconds');
  const names = [...new Set(rows.map((row) => row[1]))];
  const count = rows.length;
  const depth = new Int32Array(count);
  const total = Float64Array.from(rows, (row) => row[2]);
  rows.forEach(([parent], node) => (depth[node] = node === 0 ? 0 : (depth[parent] ?? 0) + 1));
  for (let node = count - 1; node > 0; node--) {
    const parent = rows[node]![0];
    total[parent] = (total[parent] ?? 0) + (total[node] ?? 0);
  }
  return {
    ...tree,
    frames: {
      length: names.length,
      name: names,
      url: names.map(() => ''),
      line: new Int32Array(names.length),
      column: new Int32Array(names.length),
      category: new Uint8Array(names.length),
      packageName: names.map(() => ''),
    },
    nodes: {
      length: count,
      frame: Int32Array.from(rows, (row) => names.indexOf(row[1])),
      parent: Int32Array.from(rows, (row) => row[0]),
      depth,
    },
    self: Float64Array.from(rows, (row) => row[2]),
    total,
    sampleCount: new Uint32Array(count),
    totalWeight: total[0] ?? 0,
  };
}

/** The layout as text: one line per row, `name[x0–x1]`. */
function drawn(layout: FlameLayout): string[] {
  return Array.from({ length: layout.rows }, (_, row) => {
    const frames: string[] = [];
    for (let at = layout.rowStart[row]!; at < layout.rowStart[row + 1]!; at++)
      frames.push(
        `${layout.tree.frames.name[layout.tree.nodes.frame[layout.node[at]!]!]}[${layout.x0[at]}–${layout.x1[at]}]`,
      );
    return frames.join(' ');
  });
}

const first = treeOf([
  [-1, 'root', 0],
  [0, 'a', 10],
  [0, 'b', 5],
  [1, 'c', 20],
  [2, 'd', 40],
]);

describe('without a previous layout', () => {
  test('siblings stand by total, the heaviest on the left, children below their caller', () => {
    expect(drawn(layoutFlame(first))).toEqual(['root[0–75]', 'b[0–45] a[45–75]', 'd[0–40] c[45–65]']);
  });

  test('a tree of nothing has no rows', () => {
    expect(layoutFlame(emptyCallTree('bytes')).rows).toBe(0);
  });

  test('nodes that weigh nothing take no place', () => {
    const layout = layoutFlame(
      treeOf([
        [-1, 'root', 1],
        [0, 'never', 0],
        [1, 'below', 0],
      ]),
    );
    expect(drawn(layout)).toEqual(['root[0–1]']);
    expect(layout.positionOfNode[1]).toBe(-1);
  });

  test('a tree of 50,000 calls one below the other is laid out', () => {
    const layout = layoutFlame(
      treeOf(Array.from({ length: 50_000 }, (_, i) => [i - 1, 'again', i === 49_999 ? 1 : 0])),
    );
    expect(layout.rows).toBe(50_000);
  });
});

describe('the frame at a point', () => {
  const layout = layoutFlame(first);
  const nameAt = (row: number, x: number) => {
    const position = frameAt(layout, row, x);
    return position === -1 ? null : first.frames.name[first.nodes.frame[layout.node[position]!]!];
  };

  test('is found by row and x; the left edge belongs to the frame, the right to the next', () => {
    expect(nameAt(0, 74.9)).toBe('root');
    expect(nameAt(1, 44.9)).toBe('b');
    expect(nameAt(1, 45)).toBe('a');
    expect(nameAt(2, 45)).toBe('c');
  });

  test('is nothing in gaps, outside and below', () => {
    expect(nameAt(2, 42)).toBeNull();
    expect(nameAt(2, 70)).toBeNull();
    expect(nameAt(0, 75)).toBeNull();
    expect(nameAt(0, -1)).toBeNull();
    expect(nameAt(3, 1)).toBeNull();
    expect(nameAt(-1, 1)).toBeNull();
  });

  test('every position knows its row', () => {
    expect(Array.from({ length: layout.length }, (_, position) => rowOf(layout, position))).toEqual([
      0, 1, 1, 2, 2,
    ]);
    expect(firstPositionRightOf(layout, 2, 41)).toBe(4);
  });
});

describe('with a previous layout', () => {
  test('siblings keep their order when weights overtake each other, and newcomers come after', () => {
    const grown = treeOf([
      [-1, 'root', 0],
      [0, 'a', 500],
      [0, 'b', 5],
      [1, 'c', 20],
      [2, 'd', 40],
      [0, 'new', 900],
      [2, 'small', 1],
    ]);
    const layout = layoutFlame(grown, { previous: layoutFlame(first) });
    expect(drawn(layout)).toEqual([
      'root[0–1466]',
      'b[0–46] a[46–566] new[566–1466]',
      'd[0–40] small[40–41] c[46–66]',
    ]);
  });

  test('calls are recognised by their path when nodes and frames are numbered anew', () => {
    const renumbered = treeOf([
      [-1, 'root', 0],
      [0, 'b', 1],
      [0, 'a', 500],
      [1, 'd', 1],
      [2, 'c', 1],
    ]);
    const previous = layoutFlame(first);
    expect([...matchNodes(previous, renumbered)]).toEqual([0, 2, 1, 4, 3]);
    expect(drawn(layoutFlame(renumbered, { previous }))[1]).toBe('b[0–2] a[2–503]');
  });

  test('however a tree grows, frames that were there never change places', () => {
    const rowsOf = fc.array(
      fc.tuple(fc.nat(), fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 100 })),
      {
        minLength: 2,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(
        rowsOf,
        fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }),
        fc.nat(),
        (made, growth, cutAt) => {
          const seen = new Set<string>();
          const rows: [number, string, number][] = [[-1, 'root', 1]];
          for (const [parent, name, self] of made) {
            const at = parent % rows.length;
            if (seen.has(`${at} ${name}`)) continue;
            seen.add(`${at} ${name}`);
            rows.push([at, name, self]);
          }
          const before = layoutFlame(treeOf(rows.slice(0, 1 + (cutAt % rows.length))));
          const after = layoutFlame(
            treeOf(rows.map(([parent, name, self], i) => [parent, name, self + (growth[i] ?? 0)])),
            { previous: before },
          );
          for (let row = 0; row < before.rows; row++) {
            const positions = Array.from(
              before.node.subarray(before.rowStart[row], before.rowStart[row + 1]),
              (node) => after.positionOfNode[node]!,
            );
            // Parents may be reordered by nothing either, so the whole row keeps its order.
            expect(positions).toEqual([...positions].sort((x, y) => x - y));
          }
        },
      ),
    );
  });
});

test('children lie inside their caller and rows never overlap', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 50 })), { minLength: 1, maxLength: 80 }),
      (made) => {
        const tree = treeOf([
          [-1, 'root', 1],
          ...made.map(([parent, self], i): [number, string, number] => [parent % (i + 1), `f${i}`, self]),
        ]);
        const layout = layoutFlame(tree);
        for (let position = 1; position < layout.length; position++) {
          const parent = layout.positionOfNode[tree.nodes.parent[layout.node[position]!]!]!;
          expect(layout.x0[position]).toBeGreaterThanOrEqual(layout.x0[parent]!);
          expect(layout.x1[position]).toBeLessThanOrEqual(layout.x1[parent]! + 1e-9);
          if (rowOf(layout, position) === rowOf(layout, position - 1))
            expect(layout.x0[position]).toBeGreaterThanOrEqual(layout.x1[position - 1]!);
        }
      },
    ),
  );
});
