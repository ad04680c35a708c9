import type { ReactElement } from 'react';
import type { CallTree } from '../../profiles/call-tree';

export interface FunctionTableProps {
  tree: CallTree | null;
  /** Changes whenever `tree` has changed. */
  version: number;
  /** Rows whose name or file contain this text are highlighted and come first; '' = no search. */
  search: string;
  /** `frameKey` of the selected function. */
  selectedKey: string | null;
  onSelect(key: string | null): void;
}

export function FunctionTable(_props: FunctionTableProps): ReactElement {
  return <div className="sm-functions" data-testid="function-table" />;
}
