import { ActionIcon, Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';

/** Moves and removes a row. */
export function RowTools({
  name,
  onMove,
  onRemove,
}: {
  /** For example `step 2`. */
  name: string;
  onMove?: (by: 1 | -1) => void;
  onRemove?: () => void;
}) {
  return (
    <span className="row-tools">
      {onMove && (
        <>
          <ActionIcon size={26} aria-label={`Move ${name} up`} onClick={() => onMove(-1)}>
            <IconArrowUp size={13} />
          </ActionIcon>
          <ActionIcon size={26} aria-label={`Move ${name} down`} onClick={() => onMove(1)}>
            <IconArrowDown size={13} />
          </ActionIcon>
        </>
      )}
      {onRemove && (
        <ActionIcon size={26} aria-label={`Remove ${name}`} onClick={onRemove}>
          <IconX size={13} />
        </ActionIcon>
      )}
    </span>
  );
}

export function AddButton({ children, onClick }: { children: string; onClick: () => void }) {
  return (
    <Button
      className="align-start"
      size="compact-xs"
      variant="default"
      leftSection={<IconPlus size={12} />}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
