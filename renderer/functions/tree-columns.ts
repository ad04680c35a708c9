import type { ProfileUnit } from '../../profiles/types';
import type { TreeColumn } from './open-rows';

export interface ColumnHead {
  /** null: nothing to sort by. */
  column: TreeColumn | null;
  label: string;
  title: string;
  numeric: boolean;
}

/** What the rows of a call tree say. Bottom-up, rows are about the function at the top of their branch. */
export function columnsOf({ inverted, unit }: { inverted: boolean; unit: ProfileUnit }): ColumnHead[] {
  const self: Record<ProfileUnit, string> = {
    microseconds: 'Time in the function itself',
    bytes: 'Allocated by the function itself and still alive',
    count: 'Counted in the function itself',
  };
  const head = (column: TreeColumn | null, label: string, title: string, numeric = true): ColumnHead => ({
    column,
    label,
    title,
    numeric,
  });
  const numbers = inverted
    ? [
        head(
          'self',
          'Self',
          `${self[unit]}; on rows further in, the part of it that came through these callers`,
        ),
        head(null, 'Self %', 'Self as a share of everything'),
        head(
          'total',
          'Total',
          'The function and everything it calls; on rows further in, the part that came through these callers',
        ),
        head(null, 'Total %', 'Total as a share of everything'),
      ]
    : [
        head('total', 'Total', 'The function and everything it calls, on this path'),
        head(null, 'Total %', 'Total as a share of everything'),
        head('self', 'Self', `${self[unit]}, on this path`),
        head(null, 'Self %', 'Self as a share of everything'),
      ];
  return [
    ...numbers,
    head(
      'sampleCount',
      'Samples',
      inverted
        ? 'Samples that ended in the function, through these callers'
        : 'Samples on this path and below',
    ),
    head('name', inverted ? 'Function, and below it its callers' : 'Function', 'Function name', false),
    head(null, 'Location', 'File and line', false),
  ];
}
