import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { AppErrorJson } from '../../main/errors';

/** What to paste into a bug report. */
export function errorAsText(error: AppErrorJson): string {
  return [`${error.code}: ${error.message}`, error.hint, error.details].filter(Boolean).join('\n\n');
}

export function CopyDetails({ error }: { error: AppErrorJson }) {
  return (
    <CopyButton value={errorAsText(error)}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={copy}
          leftSection={copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
        >
          {copied ? 'Copied' : 'Copy details'}
        </Button>
      )}
    </CopyButton>
  );
}
