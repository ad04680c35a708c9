import { Button } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useApp } from '../state/app-store';

/** Over everything else: what is shown stands still, because nothing arrives any more. */
export function ConnectionNotice() {
  const { connection, connectionReason } = useApp();
  if (connection !== 'lost') return null;
  return (
    <div className="notice notice-warn connection-notice" role="alert">
      <IconPlugConnectedX size={16} aria-hidden />
      <span>
        <strong>Connection to the workbench lost.</strong> {connectionReason} What is shown here stands still.
      </span>
      <Button size="compact-xs" variant="default" onClick={() => location.reload()}>
        Reload
      </Button>
    </div>
  );
}
