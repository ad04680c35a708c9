import { beforeAll, describe, expect, it } from 'vitest';
import { snapshotsOf, type OpenedSnapshot } from './testing/real-snapshots';
import { edgeFrom } from './edges';
import { heapGraph } from './graph';

const program = `
  class Leaf { constructor(i) { this.i = i; this.text = 'leaf number ' + i; } }
  class Branch { constructor() { this.leaves = Array.from({ length: 1000 }, (_, i) => new Leaf(i)); } }
  class Shared {}
  class Left { constructor(shared) { this.shared = shared; } }
  class Right { constructor(shared) { this.shared = shared; } }
  class Cell { constructor(next) { this.next = next; } }
  const shared = new Shared();
  let list = null;
  for (let i = 0; i < 20000; i++) list = new Cell(list);
  globalThis.kept = { branch: new Branch(), left: new Left(shared), right: new Right(shared), list, bytes: new Uint8Array(100000) };
  globalThis.snapshot();
`;

describe('indexSnapshot, of a real process', () => {
  let opened: OpenedSnapshot;
  beforeAll(async () => {
    [opened] = (await snapshotsOf({ 'main.cjs': program })) as [OpenedSnapshot];
  });

  const objectsOf = (name: string): number[] => {
    const { snapshot, index } = opened;
    const group = index.constructors.indexOf(name);
    return [...index.constructorOf.keys()].filter(
      (node) =>
        index.constructorOf[node] === group && snapshot.nodeTypes[snapshot.nodeType[node]!] === 'object',
    );
  };

  it('counts exactly the objects that the program made', () => {
    expect(objectsOf('Leaf')).toHaveLength(1000);
    expect(objectsOf('Cell')).toHaveLength(20_000);
    for (const name of ['Branch', 'Shared', 'Left', 'Right']) expect(objectsOf(name)).toHaveLength(1);
  });

  it('lets the whole heap hang on the root', () => {
    const { snapshot, index } = opened;
    expect(index.retained[0]).toBe(snapshot.shallow.reduce((sum, bytes) => sum + bytes, 0));
  });

  it('retains with an object what only it holds, and not what another holds, too', () => {
    const { snapshot, index } = opened;
    const sum = (nodes: number[]): number =>
      nodes.reduce((bytes, node) => bytes + snapshot.shallow[node]!, 0);
    const [branch] = objectsOf('Branch') as [number];
    const leaves = objectsOf('Leaf');
    expect(index.retained[branch]!).toBeGreaterThan(sum([branch, ...leaves]));
    for (const leaf of leaves) expect(index.dominator[leaf]).not.toBe(0);
    const [[left], [shared]] = [objectsOf('Left'), objectsOf('Shared')] as [[number], [number]];
    expect(index.dominator[shared]).not.toBe(left);
  });

  it('adds up a linked list from its end to its head', () => {
    const { snapshot, index } = opened;
    const cells = objectsOf('Cell');
    const retained = cells.map((cell) => index.retained[cell]!).sort((a, b) => a - b);
    const size = snapshot.shallow[cells[0]!]!;
    // The head may hold a hidden class of its own besides.
    expect(retained.slice(0, -1)).toEqual(cells.slice(1).map((_, i) => size * (i + 1)));
    const distances = cells.map((cell) => index.distance[cell]!).sort((a, b) => a - b);
    expect(distances.at(-1)! - distances[0]!).toBe(19_999);
  });

  it('knows who refers to an object', () => {
    const { snapshot, index } = opened;
    const [shared] = objectsOf('Shared') as [number];
    const retainers = [
      ...index.retainerEdge.subarray(index.firstRetainer[shared], index.firstRetainer[shared + 1]),
    ];
    const names = retainers.map((edge) => {
      expect(snapshot.edgeTo[edge]).toBe(shared);
      return index.constructors[index.constructorOf[edgeFrom(heapGraph(snapshot, index), edge)]!];
    });
    expect(names).toEqual(expect.arrayContaining(['Left', 'Right']));
  });

  it('groups by constructor, and what has none by its kind', () => {
    for (const name of ['(string)', '(array)', '(closure)', '(system)', '(compiled code)', 'Uint8Array'])
      expect(opened.index.constructors).toContain(name);
    expect(new Set(opened.index.constructors).size).toBe(opened.index.constructors.length);
  });
});
