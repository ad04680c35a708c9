import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { AppErrorJson } from '../../main/errors';
import { stripAnsi } from './ansi';
import { CopyDetails } from './CopyDetails';

interface Props {
  error: AppErrorJson;
  /** Buttons: what can be done about it. */
  children?: ReactNode;
}

/** An error in its place: the sentence, what to try, the long material, buttons. */
export function ErrorPanel({ error, children }: Props) {
  return (
    <div className="error-panel" role="alert">
      <IconAlertTriangle size={18} aria-hidden className="error-panel-icon" />
      <div className="error-panel-body">
        <div className="error-panel-title">{error.message}</div>
        {error.hint && <div className="error-panel-hint">{error.hint}</div>}
        {error.details && (
          <pre className="error-panel-details" tabIndex={0} aria-label="Details">
            {stripAnsi(error.details)}
          </pre>
        )}
        <div className="error-panel-actions">
          {children}
          <CopyDetails error={error} />
        </div>
      </div>
    </div>
  );
}
