import { Button, Progress } from '@mantine/core';

interface Props {
  text: string;
  /** 0..1; null = unknown. */
  fraction?: number | null;
  onCancel?: () => void;
}

/** Something is being read: what, how far, and how to stop it. */
export function LoadingView({ text, fraction = null, onCancel }: Props) {
  return (
    <div className="empty-view" role="status">
      <div className="empty-view-text">{text}</div>
      <Progress
        value={fraction === null ? 100 : fraction * 100}
        animated={fraction === null}
        w={260}
        size="sm"
        aria-label={text}
      />
      {onCancel && (
        <Button variant="default" size="xs" onClick={onCancel}>
          Cancel
        </Button>
      )}
    </div>
  );
}
