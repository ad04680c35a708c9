/** Where one is inside the Memory tab: the part of the selection, and of the address, that only this tab uses. Pure. */
import { heapListKinds, type HeapListKind } from '../../profiles/heap/questions';

export const memoryViews = ['overview', 'allocations', 'snapshots'] as const;
export type MemoryView = (typeof memoryViews)[number];

export const snapshotParts = ['constructors', 'dominators', 'duplicates', 'lists'] as const;
export type SnapshotPart = (typeof snapshotParts)[number];

/** How dominators are drawn. */
export const dominatorShapes = ['flame', 'treemap'] as const;
export type DominatorShape = (typeof dominatorShapes)[number];

export const objectFacets = ['references', 'retainers', 'path'] as const;
export type ObjectFacet = (typeof objectFacets)[number];

/** A snapshot of some session. */
export interface SnapshotRef {
  id: string;
  file: string;
}

export interface MemoryPlace {
  view: MemoryView;
  /** The snapshot that is open, of the session on the screen; null: the list of them. */
  file: string | null;
  /** Another one, earlier, that it is compared with; `id` is '' for the same session. */
  base: SnapshotRef | null;
  part: SnapshotPart;
  shape: DominatorShape;
  list: HeapListKind;
  /** Key of the constructor that is open, of the snapshot or of the comparison. */
  group: number | null;
  /** Ordinal of the selected object. */
  object: number | null;
  facet: ObjectFacet;
}

export const emptyMemoryPlace: MemoryPlace = {
  view: 'overview',
  file: null,
  base: null,
  part: 'constructors',
  shape: 'flame',
  list: 'closures',
  group: null,
  object: null,
  facet: 'retainers',
};

/** Reads what `writeMemoryPlace` wrote; what makes no sense is left out. */
export function readMemoryPlace(query: URLSearchParams): MemoryPlace {
  const base = query.get('base');
  const at = base?.indexOf('/') ?? -1;
  // Addresses of allocation views from before there was anything else here have only the mode.
  const view = query.get('show') ?? (query.has('mode') ? 'allocations' : null);
  return {
    view: oneOf(memoryViews, view, emptyMemoryPlace.view),
    file: query.get('file'),
    base: base ? { id: base.slice(0, Math.max(0, at)), file: base.slice(at + 1) } : null,
    part: oneOf(snapshotParts, query.get('part'), emptyMemoryPlace.part),
    shape: oneOf(dominatorShapes, query.get('shape'), emptyMemoryPlace.shape),
    list: oneOf(heapListKinds, query.get('list'), emptyMemoryPlace.list),
    group: number(query.get('group')),
    object: number(query.get('object')),
    facet: oneOf(objectFacets, query.get('facet'), emptyMemoryPlace.facet),
  };
}

/** Writes what is not default. */
export function writeMemoryPlace(place: MemoryPlace, query: URLSearchParams): void {
  const { view, file, base, part, shape, list, group, object, facet } = place;
  if (view !== emptyMemoryPlace.view || query.has('mode')) query.set('show', view);
  if (file !== null) query.set('file', file);
  if (base) query.set('base', base.id ? `${base.id}/${base.file}` : base.file);
  if (part !== emptyMemoryPlace.part) query.set('part', part);
  if (shape !== emptyMemoryPlace.shape) query.set('shape', shape);
  if (list !== emptyMemoryPlace.list) query.set('list', list);
  if (group !== null) query.set('group', String(group));
  if (object !== null) query.set('object', String(object));
  if (facet !== emptyMemoryPlace.facet) query.set('facet', facet);
}

function oneOf<T extends string>(list: readonly T[], value: string | null, otherwise: T): T {
  return list.find((each) => each === value) ?? otherwise;
}

function number(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
