import type { ReactElement } from 'react';
import type { LanesProps } from './types';

export function Lanes(_props: LanesProps): ReactElement {
  return <div className="sm-lanes" data-testid="lanes" />;
}
