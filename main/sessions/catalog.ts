/** The index in memory: search, filter and sort over metadata. Pure; 10,000 sessions take a few tens of milliseconds. */
import type { ParsedInput, SessionMeta } from '../api';

export interface CatalogEntry {
  meta: SessionMeta;
  /** Everything searchable, in lower case, one field a line so that no word matches across two fields. */
  haystack: string;
  /** State of `session.json` on disk when `meta` was read. */
  stamp: string;
}

export type ListQuery = ParsedInput<'sessions.list'>;
export interface ListResult {
  sessions: SessionMeta[];
  allTags: string[];
  total: number;
  trashed: number;
}

export function entryOf(meta: SessionMeta, stamp: string): CatalogEntry {
  const { name, commandLine, tags, note, cwd, nodeVersion, summary } = meta;
  const haystack = [name, commandLine, ...tags, note, cwd, summary.topFunction?.name ?? '', nodeVersion]
    .join('\n')
    .toLowerCase();
  return { meta, haystack, stamp };
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

type SortValue = string | number | undefined;
const sortValue: Record<ListQuery['sort'], (meta: SessionMeta) => SortValue> = {
  createdAt: (meta) => meta.createdAt,
  name: (meta) => meta.name,
  durationMs: (meta) => meta.durationMs,
  status: (meta) => meta.status,
  cpuMeanPercent: (meta) => meta.summary.cpuMeanPercent,
  latencyP99Ms: (meta) => meta.summary.latencyP99Ms,
  requestRate: (meta) => meta.summary.requestRate,
  heapMaxBytes: (meta) => meta.summary.heapMaxBytes,
};

/**
 * All words must occur (upper and lower case are the same), all tags must be set. Sessions without the value sorted by come
 * last in both directions; equal ones newest first. `allTags` are those of the whole list (trash apart), `total` its length.
 */
export function listSessions(entries: Iterable<CatalogEntry>, query: ListQuery): ListResult {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const tags = new Set<string>();
  const sessions: SessionMeta[] = [];
  let total = 0;
  let trashed = 0;
  for (const { meta, haystack } of entries) {
    const inTrash = meta.trashedAt !== undefined;
    if (inTrash) trashed++;
    else for (const tag of meta.tags) tags.add(tag);
    if (inTrash !== query.trash) continue;
    total++;
    if (!words.every((word) => haystack.includes(word))) continue;
    if (!query.tags.every((tag) => meta.tags.includes(tag))) continue;
    sessions.push(meta);
  }
  return { sessions: sorted(sessions, query), allTags: [...tags].sort(collator.compare), total, trashed };
}

function sorted(sessions: SessionMeta[], { sort, descending }: ListQuery): SessionMeta[] {
  const value = sortValue[sort];
  const sign = descending ? -1 : 1;
  const byText = sort === 'name' ? collator.compare : plainOrder;
  return sessions.sort((a, b) => {
    const x = value(a);
    const y = value(b);
    if (x === undefined || y === undefined) {
      if (x !== y) return x === undefined ? 1 : -1;
    } else {
      const order = typeof x === 'number' && typeof y === 'number' ? x - y : byText(String(x), String(y));
      if (order !== 0) return order * sign;
    }
    return -plainOrder(a.createdAt, b.createdAt) || -plainOrder(a.id, b.id);
  });
}

function plainOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
