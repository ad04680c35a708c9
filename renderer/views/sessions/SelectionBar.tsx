import { Button } from '@mantine/core';
import { IconArrowsDiff, IconFileExport, IconTrash } from '@tabler/icons-react';
import type { SessionMeta } from '../../../main/api';
import { useClient } from '../../state/client';
import { exportSession } from '../../state/files';
import { useRoute } from '../../state/selection';
import { moveToTrash } from './trash';

/** What can be done with the selected sessions. */
export function SelectionBar({ selected, onClear }: { selected: SessionMeta[]; onClear: () => void }) {
  const client = useClient();
  const go = useRoute((state) => state.go);
  const busy = selected.some((session) => session.status === 'recording');
  const compare = (): void => {
    // The older one is the one to compare against.
    const [a, b] = [...selected].sort((one, other) => one.createdAt.localeCompare(other.createdAt));
    if (a && b) go({ view: 'compare', a: a.id, b: b.id });
  };
  const exportAll = async (): Promise<void> => {
    for (const session of selected) await exportSession(client, session.id, session.name);
  };
  return (
    <div className="action-bar" role="toolbar" aria-label="Selected sessions">
      <span>{selected.length} selected</span>
      <Button
        size="compact-xs"
        disabled={selected.length !== 2 || busy}
        title={selected.length === 2 ? undefined : 'Select exactly two sessions to compare'}
        leftSection={<IconArrowsDiff size={13} />}
        onClick={compare}
      >
        Compare
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={busy}
        leftSection={<IconFileExport size={13} />}
        onClick={() => void exportAll()}
      >
        Export
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={busy}
        leftSection={<IconTrash size={13} />}
        onClick={() => void moveToTrash(client, selected).then(onClear)}
      >
        Move to trash
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={onClear}>
        Clear selection
      </Button>
    </div>
  );
}
