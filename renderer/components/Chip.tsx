import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  /** What it restricts, for example `Range`. */
  label: string;
  value: ReactNode;
  onRemove: () => void;
}

/** A part of the selection that can be removed. */
export function Chip({ label, value, onRemove }: Props) {
  return (
    <span className="chip" data-chip={label.toLowerCase()}>
      <span className="chip-label">{label}</span>
      <span className="chip-value">{value}</span>
      <button
        type="button"
        className="chip-remove"
        aria-label={`Remove ${label.toLowerCase()} filter`}
        onClick={onRemove}
      >
        <IconX size={12} aria-hidden />
      </button>
    </span>
  );
}
