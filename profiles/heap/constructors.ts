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
