import type { ReactElement } from 'react';
import type { FlameViewProps } from './types';

export function FlameView(props: FlameViewProps): ReactElement {
  return <div className="sm-flame">{props.emptyText}</div>;
}
