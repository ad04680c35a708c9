/** `{{ user.nmae }}` would be sent as nothing at all, by every user, and be answered: columns are looked up before. */
import type { Scenario } from '../../api';
import { AppError } from '../../errors';
import { nearest } from '../scenario/nearest';
import type { DataSource } from './data';

/** @throws AppError BAD_INPUT naming a column that no row of its variable has */
export function checkColumns(scenario: Scenario, data: readonly DataSource[]): void {
  const steps = [...scenario.setUp, ...scenario.flows.flatMap(({ steps: each }) => each)];
  const captured = new Set(
    steps.flatMap((step) => (step.kind === 'request' ? step.capture.map(({ name }) => name) : [])),
  );
  const columnsOf = new Map(data.map(({ name, columns }) => [name, columns]));
  const text = JSON.stringify([steps, scenario.headers]);
  for (const [expression, name = '', column = ''] of text.matchAll(
    /\{\{\s*([A-Za-z_]\w*)\.([^.{}]+?)\s*(?:\.[^{}]*)?\}\}/g,
  )) {
    const columns = columnsOf.get(name);
    if (!columns || captured.has(name) || columns.has(column)) continue;
    const all = [...columns];
    const meant = nearest(column, all);
    throw new AppError(
      'BAD_INPUT',
      `The variable “${name}” has no “${column}”: ${expression} would be filled in with nothing.`,
      {
        hint: `It has ${all.map((each) => `“${each}”`).join(', ')}.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
      },
    );
  }
}
