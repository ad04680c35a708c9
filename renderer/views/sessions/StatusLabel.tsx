import type { SessionStatus } from '../../../main/api';

const labels: Record<SessionStatus, [text: string, title: string, kind: string]> = {
  recording: ['recording', 'Being recorded now', 'live'],
  complete: ['complete', 'Recorded to the end', 'ok'],
  recovered: [
    'recovered',
    'The workbench ended during this recording; this is what had been recorded',
    'warn',
  ],
  failed: ['failed', 'The target failed; this is what had been recorded', 'bad'],
  imported: ['imported', 'Opened from a file', 'muted'],
};

/** How a recording ended. `quiet` leaves out the ordinary case. */
export function StatusLabel({ status, quiet = false }: { status: SessionStatus; quiet?: boolean }) {
  const [text, title, kind] = labels[status];
  if (quiet && status === 'complete') return null;
  return (
    <span className={`status-label status-label-${kind}`} title={title}>
      {text}
    </span>
  );
}
