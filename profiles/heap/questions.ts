/**
 * What can be asked of an opened heap snapshot, and what is answered: plain data, small enough to send. Answered by
 * `answer` (profiles/heap/answer.ts) wherever the snapshot is held; the UI asks through `snapshots.ask`.
 * Bytes are bytes; counts are objects; shares are 0..1 of the whole heap's shallow size.
 */
import { z } from 'zod';

const page = {
  offset: z.number().int().nonnegative().default(0),
  limit: z.number().int().positive().max(1000).default(100),
};
const ordinal = z.number().int().nonnegative();

export const heapListKinds = [
  'closures',
  'timers',
  'listeners',
  'promises',
  'sockets',
  'caches',
  'buffers',
] as const;
export type HeapListKind = (typeof heapListKinds)[number];

export const snapshotQuestionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('overview') }),
  z.object({
    kind: z.literal('constructors'),
    search: z.string().default(''),
    sort: z.enum(['name', 'count', 'shallow', 'retained']).default('retained'),
    descending: z.boolean().default(true),
    ...page,
  }),
  z.object({
    kind: z.literal('instances'),
    /** A row's `key` of `constructors`. */
    group: z.number().int().nonnegative(),
    search: z.string().default(''),
    sort: z.enum(['id', 'distance', 'shallow', 'retained']).default('retained'),
    descending: z.boolean().default(true),
    ...page,
  }),
  z.object({ kind: z.literal('node'), ordinal }),
  /** By V8's object id, as other snapshots of the same thread know it. */
  z.object({ kind: z.literal('nodeById'), id: z.number().int().nonnegative() }),
  /** What an object refers to: properties, elements, context, internals. */
  z.object({ kind: z.literal('references'), ordinal, ...page }),
  /** Who refers to an object; those nearest to a root first. */
  z.object({ kind: z.literal('retainers'), ordinal, ...page }),
  /** The shortest way from a GC root to the object, weak references left out. */
  z.object({ kind: z.literal('path'), ordinal }),
  /** The dominator tree below a node as frames of a flame or rectangles of a treemap; small siblings are merged by constructor. */
  z.object({
    kind: z.literal('dominators'),
    ordinal: ordinal.default(0),
    depth: z.number().int().positive().max(64).default(16),
    /** Subtrees below this share of the asked node's retained size are merged. */
    smallest: z.number().min(0).max(1).default(0.001),
  }),
  /** Equal strings that exist more than once. */
  z.object({ kind: z.literal('duplicates'), search: z.string().default(''), ...page }),
  /** How many objects each list has; a matter of a look at every object, so not part of the overview. */
  z.object({ kind: z.literal('listCounts') }),
  z.object({ kind: z.literal('list'), list: z.enum(heapListKinds), search: z.string().default(''), ...page }),
]);
export type SnapshotQuestion = z.infer<typeof snapshotQuestionSchema>;
export type SnapshotQuestionKind = SnapshotQuestion['kind'];

export interface HeapNodeRow {
  ordinal: number;
  /** V8's object id, shown as `@123`. */
  id: number;
  /** Of `nodeTypes`. */
  type: string;
  /** Constructor, or what the node is called. */
  name: string;
  /** Beginning of a string, `{id, name, …}` of an object, `fn() src/a.js:12` of a closure; '' when there is nothing to say. */
  preview: string;
  shallow: number;
  retained: number;
  /** Steps from the root; null when unreachable. */
  distance: number | null;
  /** How many references it has, so that a tree knows whether it can be opened. */
  references: number;
}

export interface HeapEdgeRow {
  /** Of `edgeTypes`. */
  type: string;
  /** Property's name, `[12]`, `context`, … */
  name: string;
  /** Of `references`: the object referred to. Of `retainers`: the object that refers. */
  node: HeapNodeRow;
  /** Of `path`: steps of a very long way that are left out before this one. */
  skipped?: number;
}

export interface ConstructorRow {
  key: number;
  name: string;
  count: number;
  shallow: number;
  /** What would be freed if all of them went. */
  retained: number;
  share: number;
}

export interface DominatorTree {
  /** Parent before child; -1 for the first. */
  parent: number[];
  /** Node's ordinal; -1 for merged siblings. */
  ordinal: number[];
  label: string[];
  /** Constructor's key, for colours. */
  group: number[];
  /** How many objects: 1, or the merged siblings. */
  count: number[];
  shallow: number[];
  retained: number[];
  /** Has more below that was cut off. */
  more: boolean[];
}

export interface HeapListRow {
  /** What they have in common: a closure's place, an event's name, a timer's callback, the holder of a Map … */
  label: string;
  /** More about it: `src/session.js:12`, `EventEmitter`, `Map`, … */
  detail: string;
  count: number;
  /** Of caches: entries; of buffers: bytes outside of the heap; absent otherwise. */
  size?: number;
  shallow: number;
  retained: number;
  /** One of them, the one that retains most. */
  example: HeapNodeRow;
}

export interface Page<Row> {
  rows: Row[];
  total: number;
}

export interface SnapshotOverview {
  nodeCount: number;
  edgeCount: number;
  shallow: number;
  /** By kind: code, strings, arrays, typed arrays, objects, closures, system … Sum = shallow. */
  kinds: { label: string; count: number; shallow: number }[];
  duplicateStringBytes: number;
}

export interface SnapshotAnswers {
  overview: SnapshotOverview;
  constructors: Page<ConstructorRow>;
  instances: Page<HeapNodeRow>;
  node: HeapNodeRow & {
    group: number;
    /** A string's text, cut after 10,000 characters. */
    text?: string;
    /**
     * Of a closure: where it was defined; of an instance of a class: where the class was. Line and column 1-based. `script`
     * is V8's script id, `url` its name when a closure in the snapshot tells.
     */
    location?: { script: number; line: number; column: number; url?: string };
    dominator: HeapNodeRow | null;
  };
  nodeById: HeapNodeRow | null;
  references: Page<HeapEdgeRow>;
  retainers: Page<HeapEdgeRow>;
  /** From the root to the object: the first entry's edge leaves the root. Empty when nothing strong holds it. */
  path: HeapEdgeRow[];
  dominators: DominatorTree;
  duplicates: Page<{ text: string; count: number; shallow: number; wasted: number; example: HeapNodeRow }>;
  listCounts: Record<HeapListKind, number>;
  list: Page<HeapListRow>;
}
export type SnapshotAnswer<Q extends SnapshotQuestion> = SnapshotAnswers[Q['kind']];

// ── comparison of two snapshots, A before B ──

export const snapshotComparisonQuestionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('constructors'),
    search: z.string().default(''),
    sort: z
      .enum(['name', 'newCount', 'deletedCount', 'countChange', 'newSize', 'deletedSize', 'sizeChange'])
      .default('sizeChange'),
    descending: z.boolean().default(true),
    ...page,
  }),
  /** Objects of B that A does not have. */
  z.object({
    kind: z.literal('newInstances'),
    /** A row's `key`. */
    group: z.number().int().nonnegative(),
    sort: z.enum(['id', 'distance', 'shallow', 'retained']).default('retained'),
    descending: z.boolean().default(true),
    ...page,
  }),
  /** The ways by which the new objects of a constructor are held, the most frequent first. */
  z.object({
    kind: z.literal('holders'),
    group: z.number().int().nonnegative(),
    limit: z.number().int().positive().max(50).default(5),
  }),
]);
export type SnapshotComparisonQuestion = z.infer<typeof snapshotComparisonQuestionSchema>;

export interface ConstructorChange {
  /** Key in B; in A's numbering offset by `keysOfA` when B has none. */
  key: number;
  name: string;
  countA: number;
  countB: number;
  newCount: number;
  deletedCount: number;
  countChange: number;
  shallowA: number;
  shallowB: number;
  newSize: number;
  deletedSize: number;
  sizeChange: number;
  /** Of all of them in B; 0 when B has none. */
  retainedB: number;
}

/** A way from a root to grown objects: `global → sessions: Map → entries`. */
export interface HolderPath {
  /** `held by "cache" in src/session.js`, as a phrase. */
  phrase: string;
  /** The script of the variable that the phrase names, as V8 knows it (path or URL); absent when no variable is on the way. */
  script?: string;
  /** New objects held this way, and the share of all new ones of the constructor (sampled when there are very many). */
  count: number;
  share: number;
  retained: number;
  /** Steps from the root side to the object; ordinals of B. Array indexes and Map entries are generalised to `[…]`. */
  steps: { edge: string; node: string; ordinal: number }[];
  /** The object on the way after which it fans out: the collection, the emitter, the closure's context. */
  holder: HeapNodeRow;
}

export interface SnapshotComparisonAnswers {
  constructors: Page<ConstructorChange> & {
    /** Both are of the same isolate, so that objects can be followed by their ids. Otherwise only counts and sizes compare, and new/deleted are counts' differences. */
    sameIsolate: boolean;
    /** Both are of the same isolate, and A was taken after B: what is called new was there before. */
    isReversed: boolean;
    shallowA: number;
    shallowB: number;
  };
  newInstances: Page<HeapNodeRow>;
  holders: HolderPath[];
}
export type SnapshotComparisonAnswer<Q extends SnapshotComparisonQuestion> =
  SnapshotComparisonAnswers[Q['kind']];
