import { useEffect } from 'react';
import type { RecordingModel } from '../../../../state/recording';
import { useRoute } from '../../../../state/selection';
import { snapshotsOf } from './snapshots-of';

/** Recordings that were led to their snapshot: whoever then leaves it is not led back. */
const led = new WeakSet<RecordingModel>();

/** A session with nothing but one heap snapshot opens with it. */
export function useOnlySnapshot(model: RecordingModel): void {
  const goInMemory = useRoute((state) => state.goInMemory);
  useEffect(() => {
    if (model.live || led.has(model)) return;
    led.add(model);
    const { tab, memory } = useRoute.getState().route.selection;
    const snapshots = snapshotsOf(model);
    const hasMore = model.cpu.size > 0 || model.allocations.size > 0 || model.series.length > 0;
    if (hasMore || snapshots.length === 0 || memory.file !== null) return;
    if (tab !== 'summary' && tab !== 'memory' && tab !== 'flame') return;
    goInMemory(
      { view: 'snapshots', file: snapshots.length === 1 ? snapshots[0]!.file : null },
      { replace: true },
    );
  }, [model, goInMemory]);
}
