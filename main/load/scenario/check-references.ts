/** What the schema cannot see: expressions that do not compile, and names that nothing has. */
import type { Scenario, Step } from '../../scenario';
import { nearest } from './nearest';
import type { Reading } from './reading';

export function checkReferences(reading: Reading, full: object, scenario: Scenario): void {
  scenario.setUp.forEach((step, i) => checkStep(reading, full, step, ['setUp', i]));
  scenario.flows.forEach(({ steps }, i) =>
    steps.forEach((step, j) => checkStep(reading, full, step, ['flows', i, 'steps', j])),
  );
  const known = ['target', ...scenario.dependencies.map(({ name }) => name)];
  scenario.faults.forEach(({ fault }, i) => {
    if (!('via' in fault) || known.includes(fault.via)) return;
    const meant = nearest(fault.via, known);
    tell(
      reading,
      full,
      ['faults', i, 'fault', 'via'],
      `there is no dependency “${fault.via}”.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
      'A network fault goes via target, or via the name of one of the dependencies.',
    );
  });
}

function checkStep(reading: Reading, full: object, step: Step, path: (string | number)[]): void {
  if (step.kind !== 'request') return;
  step.capture.forEach(({ from, select }, i) => {
    if (from === 'regex') checkExpression(reading, full, select, [...path, 'capture', i, 'select']);
  });
  step.checks.forEach((check, i) => {
    if (check.on === 'body' && check.matches !== undefined)
      checkExpression(reading, full, check.matches, [...path, 'checks', i, 'matches']);
  });
}

function checkExpression(reading: Reading, full: object, source: string, path: (string | number)[]): void {
  try {
    new RegExp(source);
  } catch (error) {
    tell(reading, full, path, `this is no regular expression: ${(error as Error).message}.`);
  }
}

function tell(reading: Reading, full: object, path: (string | number)[], what: string, hint?: string): void {
  const { at } = reading.originOf(full, path);
  if (at) reading.problem(at, what, hint);
}
