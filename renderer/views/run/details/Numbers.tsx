import { exactValue, formatNumber, formatPercent, formatValue } from '../../../../profiles/format';
import type { FunctionRow } from '../../../../profiles/functions';
import type { ProfileUnit } from '../../../../profiles/types';

interface Props {
  row: FunctionRow | undefined;
  unit: ProfileUnit;
  /** Weight of the run without the selected range; 0 when it is not known. */
  runWeight: number;
  /** The numbers above are of a part of the run. */
  isPart: boolean;
}

/** Self and total, as share of what is shown and, where that is a part, of the run. */
export function Numbers({ row, unit, runWeight, isPart }: Props) {
  const showRun = isPart && runWeight > 0;
  return (
    <table className="table table-plain details-numbers">
      {showRun && (
        <thead>
          <tr>
            <td />
            <td />
            <th scope="col" className="number">
              of selection
            </th>
            <th scope="col" className="number">
              of run
            </th>
          </tr>
        </thead>
      )}
      <tbody>
        {(['self', 'total'] as const).map((kind) => {
          const value = row?.[kind] ?? 0;
          const share = (kind === 'self' ? row?.selfShare : row?.totalShare) ?? 0;
          return (
            <tr key={kind}>
              <th scope="row">{kind === 'self' ? 'Self' : 'Total'}</th>
              <td className="number" title={exactValue(value, unit)}>
                {formatValue(value, unit)}
              </td>
              <td className="number share-cell">{formatPercent(share)}</td>
              {showRun ? (
                <td className="number share-cell">{formatPercent(value / runWeight)}</td>
              ) : (
                <td className="details-bar">
                  <span style={{ width: `${share * 100}%` }} />
                </td>
              )}
            </tr>
          );
        })}
        {(row?.sampleCount ?? 0) > 0 && unit !== 'count' && (
          <tr>
            <th scope="row">Samples</th>
            <td className="number" title="Samples that ended in the function itself">
              {formatNumber(row?.sampleCount ?? 0)}
            </td>
            <td colSpan={2} />
          </tr>
        )}
      </tbody>
    </table>
  );
}
