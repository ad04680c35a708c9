/** A made-up run of a web service that looks like a recorded one: for files of any size whose content is always the same. */

export interface RunSize {
  samples: number;
  /** Call paths, the root, `(program)`, `(idle)` and `(garbage collector)` included. */
  nodes: number;
  /** Frames of the deepest stack. Default 60. */
  depth?: number;
  seed?: number;
}

export interface SyntheticFunction {
  name: string;
  url: string;
  /** 0-based, -1 when there is none. */
  line: number;
  column: number;
}

export interface SyntheticRun {
  functions: SyntheticFunction[];
  /** By node; parents come first, node 0 is the root. */
  functionOf: Int32Array;
  parent: Int32Array;
  depth: Int32Array;
  /** The node of each sample and the µs since the sample before. */
  sampleNode: Int32Array;
  deltaUs: Int32Array;
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const verbs =
  'handle parse render load find read write resolve validate encode decode compile update merge next run dispatch emit flush apply create build map reduce visit match';
const nouns =
  'Request Response Route Template Cart Order Product User Session Query Row Buffer Header Token Node Module Stream Chunk Cache Index Price Image Page Event Schema Path';
const packages =
  'express fastify pg lodash react-dom @babel/core zod handlebars undici body-parser @fastify/static ajv moment uuid mongodb ioredis graphql winston semver rxjs';
const builtins =
  'internal/modules/cjs/loader http net stream events internal/process/task_queues internal/timers fs zlib internal/streams/readable url buffer';

function words(text: string): string[] {
  return text.split(' ');
}

function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

function functionsOf(count: number, random: () => number): SyntheticFunction[] {
  const made: SyntheticFunction[] = ['(root)', '(program)', '(idle)', '(garbage collector)'].map((name) => ({
    name,
    url: '',
    line: -1,
    column: -1,
  }));
  const known = new Set<string>();
  while (made.length < count) {
    const kind = random();
    const file = pick(random, words(nouns)).toLowerCase();
    const url =
      kind < 0.45
        ? `file:///srv/shop/src/${pick(random, words(nouns)).toLowerCase()}/${file}.js`
        : kind < 0.8
          ? `file:///srv/shop/node_modules/${pick(random, words(packages))}/lib/${file}.js`
          : kind < 0.95
            ? `node:${pick(random, words(builtins))}`
            : '';
    const name = random() < 0.12 ? '' : pick(random, words(verbs)) + pick(random, words(nouns));
    const line = url === '' ? -1 : Math.floor(random() * 2000);
    const column = url === '' ? -1 : Math.floor(random() * 60);
    const key = `${name} ${url} ${line} ${column}`;
    if (known.has(key)) continue;
    known.add(key);
    made.push({ name, url, line, column });
  }
  return made;
}

/** Always the same for the same size and seed. */
export function syntheticRun({ samples, nodes, depth: maxDepth = 60, seed = 1 }: RunSize): SyntheticRun {
  const random = randomOf(seed);
  const nodeCount = Math.max(5, nodes);
  const functions = functionsOf(Math.max(6, Math.min(8000, Math.ceil(nodeCount / 12) + 8)), random);
  const functionOf = new Int32Array(nodeCount);
  const parent = new Int32Array(nodeCount);
  const depth = new Int32Array(nodeCount);
  parent[0] = -1;
  for (let node = 1; node < 4; node++) {
    functionOf[node] = node;
    depth[node] = 1;
  }
  growTree({ functionOf, parent, depth }, functions.length, Math.max(2, maxDepth), random);
  const sampleNode = new Int32Array(samples);
  const deltaUs = new Int32Array(samples);
  walk({ parent, depth }, sampleNode, random);
  for (let i = 0; i < samples; i++) {
    const unusual = random();
    deltaUs[i] =
      unusual < 0.01 ? Math.floor(random() * 6000) : 1000 + Math.floor((random() + random() - 1) * 250);
  }
  return { functions, functionOf, parent, depth, sampleNode, deltaUs };
}

/** Grows paths from where the last one ended, down to a depth of their own and then about there. */
function growTree(
  tree: Pick<SyntheticRun, 'functionOf' | 'parent' | 'depth'>,
  functionCount: number,
  maxDepth: number,
  random: () => number,
): void {
  const { functionOf, parent, depth } = tree;
  const nodeCount = parent.length;
  /** Functions called from a node so far; a caller never has two nodes for one callee. */
  const called = new Set<number>();
  let tip = 0;
  // The first request goes down all the way.
  let target = maxDepth;
  for (let node = 4; node < nodeCount; node++) {
    let up = 0;
    if (node > 4 + maxDepth * 2 && random() < 1 / maxDepth) {
      // Another request: it shares only the outermost calls.
      target = Math.ceil(maxDepth * (0.4 + 0.6 * random()));
      up = depth[tip]! - Math.floor(random() * Math.min(8, maxDepth / 4));
    } else if (depth[tip]! >= target) for (up = 1; random() < 0.75;) up++;
    else while (random() < 0.12) up++;
    for (; up > 0 && tip > 0; up--) tip = parent[tip]!;
    const callee = () => 4 + Math.floor(random() * random() * (functionCount - 4));
    let chosen = callee();
    for (let tries = 0; called.has(tip * functionCount + chosen); tries++) {
      chosen = callee();
      if (tries < 8) continue;
      tip = node - 1 < 4 || depth[node - 1]! >= maxDepth ? 0 : node - 1;
      if (tries > 1000) chosen = 4 + (node % (functionCount - 4));
      if (tries > 2000) break;
    }
    called.add(tip * functionCount + chosen);
    functionOf[node] = chosen;
    parent[node] = tip;
    depth[node] = depth[tip]! + 1;
    tip = node;
  }
}

/** Neighbouring samples share most of their stack; every node gets its turn; some samples idle, some collect garbage. */
function walk(
  { parent, depth }: Pick<SyntheticRun, 'parent' | 'depth'>,
  sampleNode: Int32Array,
  random: () => number,
): void {
  const nodeCount = parent.length;
  let current = 4;
  let turn = 4;
  let pause = 0;
  let pauseNode = 2;
  for (let i = 0; i < sampleNode.length; i++) {
    if (pause > 0) {
      pause--;
      sampleNode[i] = pauseNode;
      continue;
    }
    const what = random();
    if (what < 0.004) {
      pause = Math.floor(random() * 30);
      pauseNode = 2;
      sampleNode[i] = pauseNode;
      continue;
    }
    if (what < 0.008) {
      pause = Math.floor(random() * 6);
      pauseNode = random() < 0.7 ? 3 : 1;
      sampleNode[i] = pauseNode;
      continue;
    }
    if (what < 0.4) {
      // Nodes made one after the other lie near each other in the tree.
      const step = what < 0.3 ? 1 : 1 + Math.floor(random() * 8);
      turn = turn + step >= nodeCount ? 4 : turn + step;
      current = turn;
    } else if (what < 0.5 && depth[current]! > 1) current = parent[current]!;
    sampleNode[i] = current;
  }
}
