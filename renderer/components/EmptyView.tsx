import type { ReactNode } from 'react';

/** Nothing to show: why, and what to do next (one button). */
export function EmptyView({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty-view">
      <div className="empty-view-title">{title}</div>
      {children && <div className="empty-view-text">{children}</div>}
      {action}
    </div>
  );
}
