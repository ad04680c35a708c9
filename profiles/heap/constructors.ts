/** Objects grouped as DevTools' summary does it: by constructor, and what has none by its kind in brackets. */
import type { HeapIndex, HeapSnapshot } from './types';

/** Names of groups that V8's kinds are known by; the rest is the kind in brackets, `(string)`. */
const namesOfKinds: Readonly<Record<string, string>> = {
  hidden: '(system)',
  code: '(compiled code)',
};

const noGroup = 0xffffffff;

/** @returns the group of each node, and the groups' names in the order in which they first appear */
export function groupByConstructor({
  nodeCount,
  nodeTypes,
  nodeType,
  nodeName,
  strings,
}: HeapSnapshot): Pick<HeapIndex, 'constructorOf' | 'constructors'> {
  const constructors: string[] = [];
  const groupOfText = new Map<string, number>();
  const groupNamed = (name: string): number => {
    const known = groupOfText.get(name);
    if (known !== undefined) return known;
    groupOfText.set(name, constructors.length);
    return constructors.push(name) - 1;
  };
  const byName = new Uint8Array(256);
  const groupOfType = new Uint32Array(256).fill(noGroup);
  nodeTypes.forEach((name, type) => {
    // Of a native object the name is its class.
    if (name === 'object' || name === 'native') byName[type] = 1;
  });
  const groupOfName = new Uint32Array(strings.length).fill(noGroup);
  const constructorOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    if (byName[type] === 1) {
      const name = nodeName[node]!;
      if (groupOfName[name] === noGroup) groupOfName[name] = groupNamed(strings.get(name));
      constructorOf[node] = groupOfName[name]!;
    } else {
      if (groupOfType[type] === noGroup) {
        const kind = nodeTypes[type]!;
        groupOfType[type] = groupNamed(namesOfKinds[kind] ?? `(${kind})`);
      }
      constructorOf[node] = groupOfType[type]!;
    }
  }
  return { constructorOf, constructors };
}

/** By index of `constructors`. */
export interface ConstructorTotals {
  count: Uint32Array;
  /** Bytes. */
  shallow: Float64Array;
  /** Bytes that would go with all objects of the group: those of its objects that no other one of the group dominates. */
  retained: Float64Array;
}

/** Sums per constructor. Objects of size 0 (V8's synthetic ones, mostly) do not count, as in DevTools. */
export function constructorTotals(
  { nodeCount, shallow }: HeapSnapshot,
  { constructorOf, constructors, dominator, retained }: HeapIndex,
): ConstructorTotals {
  const totals: ConstructorTotals = {
    count: new Uint32Array(constructors.length),
    shallow: new Float64Array(constructors.length),
    retained: new Float64Array(constructors.length),
  };
  for (let node = 0; node < nodeCount; node++) {
    if (shallow[node] === 0) continue;
    const group = constructorOf[node]!;
    totals.count[group]!++;
    totals.shallow[group]! += shallow[node]!;
  }
  // Depth first through the dominator tree, counting how many objects of each group we are below.
  const { firstChild, nextSibling } = childrenOf(dominator);
  const above = new Uint32Array(constructors.length);
  let node = 0;
  for (;;) {
    const group = constructorOf[node]!;
    if (shallow[node] !== 0) {
      if (above[group] === 0) totals.retained[group]! += retained[node]!;
      above[group]!++;
    }
    let next = firstChild[node]!;
    while (next === 0) {
      // Leaving the node.
      if (shallow[node] !== 0) above[constructorOf[node]!]!--;
      if (node === 0) return totals;
      next = nextSibling[node]!;
      if (next === 0) node = dominator[node]!;
    }
    node = next;
  }
}

/** Node 0 is the root and nobody's child, so 0 stands for none. */
function childrenOf(dominator: Uint32Array): { firstChild: Uint32Array; nextSibling: Uint32Array } {
  const firstChild = new Uint32Array(dominator.length);
  const nextSibling = new Uint32Array(dominator.length);
  for (let node = dominator.length - 1; node > 0; node--) {
    const above = dominator[node]!;
    nextSibling[node] = firstChild[above]!;
    firstChild[above] = node;
  }
  return { firstChild, nextSibling };
}
