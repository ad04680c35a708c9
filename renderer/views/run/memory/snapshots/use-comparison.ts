import { useMemo } from 'react';
import type { Client, Input } from '../../../../../main/api';
import type {
  SnapshotComparisonAnswers,
  SnapshotComparisonQuestion,
} from '../../../../../profiles/heap/questions';
import { useClient } from '../../../../state/client';
import type { SnapshotRef } from '../../../../state/memory-place';
import { useOpening, type Opening } from './use-snapshot';

type Kind = SnapshotComparisonQuestion['kind'];
type Question = Input<'snapshots.compare'>['question'];
export type ComparisonQuestionOf<K extends Kind> = Extract<Question, { kind: K }>;

export interface OpenComparison {
  key: string;
  a: SnapshotRef;
  b: SnapshotRef;
  /** The first page, without a search: its totals are of the whole snapshots. */
  totals: Pick<
    SnapshotComparisonAnswers['constructors'],
    'sameIsolate' | 'isReversed' | 'shallowA' | 'shallowB'
  >;
  ask: <K extends Kind>(question: ComparisonQuestionOf<K>) => Promise<SnapshotComparisonAnswers[K]>;
}

async function askComparison<K extends Kind>(
  client: Client,
  about: { a: SnapshotRef; b: SnapshotRef },
  question: ComparisonQuestionOf<K>,
  taskId?: string,
): Promise<SnapshotComparisonAnswers[K]> {
  const answer = await client.call('snapshots.compare', {
    ...about,
    question,
    ...(taskId !== undefined && { taskId }),
  });
  // The contract: the answer is of the kind that was asked for.
  return answer as SnapshotComparisonAnswers[K];
}

/** Opens both and compares them, with progress. */
export function useComparison(a: SnapshotRef, b: SnapshotRef): Opening<OpenComparison> {
  const client = useClient();
  const key = `${a.id}/${a.file} ${b.id}/${b.file}`;
  const opening = useOpening(key, `Comparing ${a.file} with ${b.file}`, (taskId) =>
    askComparison(client, { a, b }, { kind: 'constructors', limit: 1 }, taskId),
  );
  const totals = opening.status === 'ready' ? opening.value : null;
  const value = useMemo<OpenComparison | null>(
    () =>
      totals && {
        key,
        a,
        b,
        totals,
        ask: (question) => askComparison(client, { a, b }, question),
      },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for both snapshots
    [client, key, totals],
  );
  return opening.status === 'ready' ? { status: 'ready', value: value! } : opening;
}
