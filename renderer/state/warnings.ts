import type { RunWarning } from '../../main/api';

/** How many say that something failed; notes about the data need nobody's attention. */
export function failures(warnings: readonly RunWarning[]): number {
  return warnings.filter(({ isNote }) => !isNote).length;
}
