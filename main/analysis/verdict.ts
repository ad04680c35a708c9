/** What was found in a session, in words. The sentences themselves are made in `profiles/`, where the UI makes them too. */
import type { LoadResult, Mark, Series } from '../api';
import { verdict } from '../../profiles/verdict';
import type { VerdictSentence } from '../../profiles/verdict';
import { cpuTree } from './summary';
import type { CpuProfiles } from './summary';

export { sentenceText, verdict } from '../../profiles/verdict';
export type { VerdictInput, VerdictLink, VerdictPart, VerdictSentence } from '../../profiles/verdict';

export interface SessionEvidence {
  cpu: CpuProfiles;
  series: readonly Series[];
  marks: readonly Mark[];
  loadResult: LoadResult | null;
  /** Shortens file names. */
  cwd?: string;
}

/** The verdict over a whole session, all threads and processes together. */
export function sessionVerdict({ cpu, series, marks, loadResult, cwd }: SessionEvidence): VerdictSentence[] {
  return verdict({ cpu: cpuTree(cpu), series, marks, load: loadResult, ...(cwd !== undefined && { cwd }) });
}
