import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Client, SessionMeta } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { reportError, tell } from '../../state/report-error';

const count = (number: number): string => (number === 1 ? '1 session' : `${number} sessions`);

/** Moves sessions to the trash and offers to take it back. */
export async function moveToTrash(client: Client, sessions: SessionMeta[]): Promise<void> {
  const ids = sessions.map((session) => session.id);
  try {
    await client.call('sessions.trash', { ids });
  } catch (thrown) {
    reportError(toAppError(thrown));
    return;
  }
  const [only] = sessions;
  const id = `trash ${ids.join()}`;
  tell(
    sessions.length === 1 && only
      ? `“${only.name}” moved to the trash`
      : `${count(ids.length)} moved to the trash`,
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => {
        notifications.hide(id);
        void restore(client, ids);
      }}
    >
      Undo
    </Button>,
    id,
  );
}

export async function restore(client: Client, ids: string[]): Promise<void> {
  try {
    await client.call('sessions.restore', { ids });
    tell(`${count(ids.length)} restored`);
  } catch (thrown) {
    reportError(toAppError(thrown));
  }
}

/** Without `ids`, everything in the trash. */
export async function deleteForGood(client: Client, ids?: string[]): Promise<void> {
  try {
    await client.call('sessions.emptyTrash', ids ? { ids } : {});
    tell(ids ? `${count(ids.length)} deleted for good` : 'Trash emptied');
  } catch (thrown) {
    reportError(toAppError(thrown));
  }
}
