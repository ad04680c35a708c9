import { NumberInput } from '@mantine/core';
import { formatBytes, formatPercent, noValue } from '../../../../../profiles/format';
import type { LeakRule, LeakThresholds, SubjectVerdict } from '../../../../../profiles/leaks/types';

export const thresholdNames = [
  'growthBytes',
  'bytesPerHour',
  'bytesPer1000Operations',
  'bytesPerOperation',
] as const satisfies readonly (keyof LeakThresholds)[];

interface Meaning {
  title: string;
  hint: string;
  /** What is typed, in bytes. */
  unitBytes: number;
  unit: string;
}

const megabyte = 1e6;

export const thresholdMeanings: Record<keyof LeakThresholds, Meaning> = {
  growthBytes: {
    title: 'Growth of the floor',
    hint: 'By how much it has grown in what was judged',
    unitBytes: megabyte,
    unit: 'MB',
  },
  bytesPerHour: {
    title: 'Growth per hour',
    hint: 'The slope of the trend',
    unitBytes: megabyte,
    unit: 'MB/h',
  },
  bytesPer1000Operations: {
    title: 'Per 1,000 operations',
    hint: 'Operations of the load; without a load there are none',
    unitBytes: megabyte,
    unit: 'MB',
  },
  bytesPerOperation: {
    title: 'Per operation',
    hint: 'Operations of the load; without a load there are none',
    unitBytes: 1000,
    unit: 'kB',
  },
};

interface Props {
  subjects: readonly SubjectVerdict[];
  thresholds: LeakThresholds;
  titleOf: (subject: SubjectVerdict) => string;
  onChange: (thresholds: LeakThresholds) => void;
}

/** The rules: limits that can be changed in place, what was measured, which ones fired. */
export function RulesTable({ subjects, thresholds, titleOf, onChange }: Props) {
  return (
    <table className="table leak-rules" data-testid="leak-rules">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Limit</th>
          {subjects.map((subject) => (
            <th key={`${subject.thread} ${subject.subject}`} scope="col" className="number">
              {titleOf(subject)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {thresholdNames.map((name) => {
          const { title, hint, unit, unitBytes } = thresholdMeanings[name];
          return (
            <tr key={name}>
              <th scope="row" title={hint}>
                {title}
              </th>
              <td>
                <NumberInput
                  size="xs"
                  w={120}
                  aria-label={`Limit: ${title}`}
                  min={0.001}
                  step={1}
                  decimalScale={3}
                  suffix={` ${unit}`}
                  value={Number((thresholds[name] / unitBytes).toPrecision(6))}
                  onChange={(value) => {
                    const typed = Number(value);
                    if (typed > 0) onChange({ ...thresholds, [name]: typed * unitBytes });
                  }}
                />
              </td>
              {subjects.map((subject) => (
                <Value
                  key={`${subject.thread} ${subject.subject}`}
                  rule={subject.rules.find(({ rule }) => rule === name)}
                />
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Value({ rule }: { rule: LeakRule | undefined }) {
  if (!rule || rule.value === null)
    return (
      <td className="number muted" title={rule ? 'It cannot be formed: there was no load' : undefined}>
        {noValue}
      </td>
    );
  return (
    <td className="number" title={`${formatPercent(rule.value / rule.limit)} of the limit`}>
      <span className={rule.fired ? 'worse' : undefined}>{formatBytes(rule.value)}</span>{' '}
      <span className={rule.fired ? 'leak-fired' : 'muted'}>{rule.fired ? 'fired' : 'below'}</span>
    </td>
  );
}
