/** Commands of the Memory tab, for the palette. */
import { IconCamera, IconDroplet } from '@tabler/icons-react';
import type { Client } from '../../main/api';
import type { RecordingModel } from '../state/recording';
import { memoryViews, type MemoryView } from '../state/memory-place';
import { useRoute } from '../state/selection';
import { takeSnapshot } from '../views/run/memory/snapshots/take-snapshot';
import { runningThreads } from '../views/run/memory/snapshots/TakeSnapshots';
import { snapshotsOf } from '../views/run/memory/snapshots/snapshots-of';
import { threadTitle } from '../state/thread-title';
import type { Command } from './use-commands';

const size = 16;
const viewLabels: Record<MemoryView, string> = {
  overview: 'Memory: leak verdict and heaps',
  allocations: 'Memory: allocations',
  snapshots: 'Memory: heap snapshots',
};

export function memoryCommands(client: Client, model: RecordingModel): Command[] {
  const { goInMemory } = useRoute.getState();
  const commands: Command[] = memoryViews.map((view) => ({
    id: `memory-${view}`,
    group: 'View',
    label: viewLabels[view],
    icon: <IconDroplet size={size} />,
    run: () => goInMemory({ view, file: null, base: null, group: null, object: null }),
  }));
  if (model.live)
    for (const thread of runningThreads(model))
      commands.push({
        id: `snapshot-${thread.key}`,
        group: 'Run',
        label: `Take heap snapshot: ${threadTitle(thread)} (it stands still meanwhile)`,
        icon: <IconCamera size={size} />,
        run: () => void takeSnapshot(client, model.id, thread.key),
      });
  const complete = snapshotsOf(model).filter(({ state }) => state === 'complete');
  const [a, b] = complete.slice(-2);
  if (a && b)
    commands.push({
      id: 'compare-snapshots',
      group: 'View',
      label: 'Compare the last two heap snapshots',
      icon: <IconCamera size={size} />,
      run: () =>
        goInMemory({
          view: 'snapshots',
          file: b.file,
          base: { id: '', file: a.file },
          group: null,
          object: null,
        }),
    });
  return commands;
}
