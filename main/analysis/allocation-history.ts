/** The allocation histories of a session, read from its folder. */
import { z } from 'zod';
import { AllocationHistory, type AllocationRead } from '../../profiles/allocations/history';
import type { AllocatedInThread, AllocationTimes, ThreadKey } from '../api';
import type { SessionStore } from '../sessions';

const numbers = z.array(z.number());
const readSchema = z.object({
  tUs: z.number(),
  sinceUs: z.number(),
  kind: z.enum(['alive', 'all']),
  delta: z
    .object({
      unit: z.literal('bytes'),
      firstFrame: z.number(),
      firstNode: z.number(),
      firstSample: z.number(),
      frames: z.object({
        name: z.array(z.string()),
        url: z.array(z.string()),
        line: numbers,
        column: numbers,
      }),
      nodes: z.object({ frame: numbers, parent: numbers }),
      samples: z.object({ node: numbers, timeUs: numbers, weight: numbers }),
      lineTicks: numbers,
      startUs: z.number(),
      endUs: z.number(),
    })
    .nullable(),
  node: numbers,
  born: numbers,
  bytes: numbers,
});

export type Histories = ReadonlyMap<ThreadKey, AllocationHistory>;

/** Of a saved session, or one that is being repaired; rejects as `store.get` and `store.readFile`. */
export async function readAllocationHistories(
  id: string,
  store: Pick<SessionStore, 'get' | 'readFile'>,
): Promise<Histories> {
  const histories = new Map<ThreadKey, AllocationHistory>();
  for (const { name, thread } of (await store.get(id)).files)
    if (thread !== undefined && name.endsWith('.history.ndjson'))
      histories.set(thread, historyOf(new TextDecoder().decode(await store.readFile(id, name))));
  return histories;
}

/** Up to the first line that cannot be read: what was being written when the workbench was killed. */
export function historyOf(text: string): AllocationHistory {
  const history = new AllocationHistory();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      history.apply(readSchema.parse(JSON.parse(line)) satisfies AllocationRead);
    } catch {
      break;
    }
  }
  return history;
}

/** When profiles were read, of threads that have any. */
export function allocationTimes(histories: Histories): AllocationTimes[] {
  const times: AllocationTimes[] = [];
  for (const [thread, history] of histories) {
    const { sampling } = history;
    if (sampling) times.push({ thread, ...sampling, timesUs: history.timesUs });
  }
  return times;
}

/** What the threads (null: all) allocated between the reads nearest to two instants. */
export function allocatedBetween(
  histories: Histories,
  { threads, startUs, endUs }: { threads: ThreadKey[] | null; startUs: number; endUs: number },
): AllocatedInThread[] {
  const found: AllocatedInThread[] = [];
  for (const [thread, history] of histories) {
    if (threads !== null && !threads.includes(thread)) continue;
    const between = history.between(startUs, endUs);
    if (between) found.push({ thread, ...between });
  }
  return found;
}
