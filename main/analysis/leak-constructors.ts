/** Which objects grew between two heap snapshots of a thread, and what holds them. */
import type { SnapshotInfo, ThreadKey } from '../api';
import { rankConstructors } from '../../profiles/leaks/rank-constructors';
import type { SuspectConstructor } from '../../profiles/leaks/types';
import type { Snapshots } from '../snapshots';
import type { TaskOptions } from '../sessions';

export interface SnapshotPair {
  a: SnapshotInfo;
  b: SnapshotInfo;
}

/** Rows that are ranked; the causes of a leak are always among those that grew most. */
const rowsLookedAt = 200;
/** Constructors told. */
const most = 10;
/** Of these it is told what holds them: each is a search through the new objects. */
const holdersOf = 5;

/**
 * The earliest complete snapshot after the warm-up against the latest one; with none but one after it, the latest before.
 * Null when there are no two of the thread.
 */
export function snapshotPair(
  snapshots: readonly SnapshotInfo[],
  thread: ThreadKey,
  warmUpUs: number,
): SnapshotPair | null {
  const complete = snapshots
    .filter((each) => each.thread === thread && each.state === 'complete')
    .sort((a, b) => a.startedUs - b.startedUs);
  const b = complete[complete.length - 1];
  // What was taken "after the warm-up" counts as such, whatever the data say later about how long it took.
  const isWarm = (each: SnapshotInfo): boolean => each.reason === 'warm-up' || each.startedUs >= warmUpUs;
  const a = complete.find((each) => each !== b && isWarm(each)) ?? complete[complete.length - 2];
  return a && b ? { a, b } : null;
}

/** The workbench's own agent inside the target. */
const isOurs = /main\/agent\/[\w-]+\.cjs/;

/** Rejects as `Snapshots` do. */
export async function suspectConstructors(
  snapshots: Snapshots,
  id: string,
  { a, b }: SnapshotPair,
  task: TaskOptions,
): Promise<SuspectConstructor[]> {
  const places = [
    { id, file: a.file },
    { id, file: b.file },
  ] as const;
  const bySize = {
    kind: 'constructors',
    search: '',
    descending: true,
    offset: 0,
    limit: rowsLookedAt,
  } as const;
  // The smallest objects hold the largest things: a buffer's own object has 90 bytes.
  const [largest, mostMore] = [
    await snapshots.compare(...places, { ...bySize, sort: 'sizeChange' }, task),
    await snapshots.compare(...places, { ...bySize, sort: 'countChange' }, task),
  ];
  const rows = new Map([...largest.rows, ...mostMore.rows].map((row) => [row.name + row.key, row]));
  const ranked = rankConstructors([...rows.values()], most);
  const suspects: SuspectConstructor[] = [];
  for (const [rank, { change, heldChange }] of ranked.entries()) {
    const { name, key, countChange, sizeChange } = change;
    let heldBy = '';
    if (rank < holdersOf && change.newCount > 0) {
      const [holder] = await snapshots.compare(...places, { kind: 'holders', group: key, limit: 1 }, task);
      heldBy = holder?.phrase ?? '';
    }
    if (isOurs.test(heldBy)) continue;
    suspects.push({ name, key, countChange, sizeChange, heldChange: Math.round(heldChange), heldBy });
  }
  return suspects;
}
