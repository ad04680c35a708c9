import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowsDiff,
  IconDots,
  IconFileExport,
  IconPencil,
  IconReportAnalytics,
  IconTrash,
} from '@tabler/icons-react';
import type { SessionMeta } from '../../../main/api';
import { useClient } from '../../state/client';
import { exportReport, exportSession } from '../../state/files';
import { useRoute } from '../../state/selection';
import { moveToTrash } from './trash';

/** What can be done with one session. */
export function RowMenu({ session, onRename }: { session: SessionMeta; onRename: () => void }) {
  const client = useClient();
  const { id, name } = session;
  const busy = session.status === 'recording';
  if (session.trashedAt) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${name}`} onClick={(event) => event.stopPropagation()}>
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown
        onClick={(event) => event.stopPropagation()}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        <Menu.Item
          leftSection={<IconPencil size={14} />}
          // The menu gives the focus back when it has closed, which would end the renaming; that comes after it.
          onClick={() => setTimeout(onRename, 200)}
        >
          Rename
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowsDiff size={14} />}
          onClick={() => useRoute.getState().go({ view: 'compare', b: id })}
        >
          Compare with…
        </Menu.Item>
        <Menu.Item
          leftSection={<IconReportAnalytics size={14} />}
          disabled={busy}
          onClick={() => void exportReport(client, id, name)}
        >
          Save an HTML report
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileExport size={14} />}
          disabled={busy}
          onClick={() => void exportSession(client, id, name)}
        >
          Export
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconTrash size={14} />}
          disabled={busy}
          onClick={() => void moveToTrash(client, [session])}
        >
          Move to trash
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
