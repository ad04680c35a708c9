import { Button } from '@mantine/core';
import { useState } from 'react';
import type { SessionMeta } from '../../../main/api';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { useClient } from '../../state/client';
import { deleteForGood, restore } from './trash';

interface Props {
  selected: SessionMeta[];
  trashed: number;
  onDone: () => void;
}

/** Restore, or delete for good: the selected ones or all. */
export function TrashBar({ selected, trashed, onDone }: Props) {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const ids = selected.map((session) => session.id);
  const number = ids.length || trashed;
  const what = number === 1 ? '1 session' : `${number} sessions`;
  return (
    <div className="action-bar" role="toolbar" aria-label="Trash">
      <span>{ids.length > 0 ? `${ids.length} selected` : `${what} in the trash`}</span>
      <Button
        size="compact-xs"
        variant="default"
        disabled={ids.length === 0}
        onClick={() => void restore(client, ids).then(onDone)}
      >
        Restore
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => setAsking(true)}>
        {ids.length > 0 ? 'Delete for good' : 'Empty the trash'}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={`Delete ${what} for good?`}
        action={`Delete ${what}`}
        onClose={() => setAsking(false)}
        onConfirm={() => void deleteForGood(client, ids.length > 0 ? ids : undefined).then(onDone)}
      >
        Their folders are removed from the disk. This cannot be undone.
      </ConfirmDialog>
    </div>
  );
}
