import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ThresholdResult } from '../../../../main/api';
import { exactValue, formatTime, formatValue, type FormatUnit } from '../../../../profiles/format';
import { parseThreshold } from '../../../../profiles/load/threshold';
import type { TimeRange } from '../../../../profiles/types';

/** What the scenario demanded, and whether it held. */
export function Thresholds({
  thresholds = [],
  onRange,
}: {
  thresholds: readonly ThresholdResult[] | undefined;
  onRange: (range: TimeRange) => void;
}) {
  if (thresholds.length === 0) return null;
  const broken = thresholds.filter(({ ok }) => !ok).length;
  return (
    <section className="section" aria-label="Thresholds">
      <h2>
        Thresholds{' '}
        <small className={broken > 0 ? 'bad' : 'muted'} data-testid="thresholds-outcome">
          {broken > 0 ? `${broken} of ${thresholds.length} broken` : 'all held'}
        </small>
      </h2>
      <table className="table table-plain load-thresholds">
        <tbody>
          {thresholds.map(({ expression, ok, value, abortedAtUs }, index) => (
            <tr key={index}>
              <td className="threshold-outcome">
                {ok ? (
                  <IconCircleCheck size={14} className="tone-fine" aria-hidden />
                ) : (
                  <IconCircleX size={14} className="bad" aria-hidden />
                )}
                <span className={ok ? undefined : 'bad'}>{ok ? 'held' : 'broken'}</span>
              </td>
              <th scope="row" className="cell-name mono" title={expression}>
                {expression}
              </th>
              <td
                className={ok ? 'number' : 'number bad'}
                title={value === null ? 'Nothing was measured' : exactValue(value, unitOf(expression))}
              >
                {value === null ? 'not measured' : formatValue(value, unitOf(expression))}
              </td>
              <td className="number">
                {abortedAtUs !== undefined && (
                  <button
                    type="button"
                    className="link proof"
                    onClick={() => onRange({ startUs: Math.max(0, abortedAtUs - 10e6), endUs: abortedAtUs })}
                  >
                    ended the load at {formatTime(abortedAtUs)}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Of results read from other tools the expression may be one of theirs. */
function unitOf(expression: string): FormatUnit {
  try {
    return parseThreshold(expression).unit;
  } catch {
    return 'count';
  }
}
