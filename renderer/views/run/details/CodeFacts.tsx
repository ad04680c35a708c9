import { useMemo } from 'react';
import { exactValue, formatValue } from '../../../../profiles/format';
import type { ProfileUnit } from '../../../../profiles/types';
import type { Scope } from '../../../explorer/types';
import { useExplorer } from '../../../explorer/use-explorer';
import { hottestLines, lineHeat } from '../../../source/heat';
import type { RecordingModel } from '../../../state/recording';

const shownLines = 5;

interface Props {
  model: RecordingModel;
  scope: Scope;
  functionKey: string;
  unit: ProfileUnit;
}

/** What the profile knows of the function's code: its hottest lines, and why V8 does not (or no longer) optimise it. */
export function CodeFacts({ model, scope, functionKey, unit }: Props) {
  const { answer, pending } = useExplorer(model, 'details', { scope, functionKey }, 'details-code');
  const lines = useMemo(
    () => (answer && !pending ? hottestLines(lineHeat(answer.lines), 1, Infinity, shownLines) : []),
    [answer, pending],
  );
  if (!answer || pending) return null;
  const { deoptReasons } = answer;
  return (
    <>
      {deoptReasons.length > 0 && (
        <section className="details-section" aria-label="Not optimised">
          <h3>Not optimised by V8</h3>
          <ul className="plain-list">
            {deoptReasons.map((reason) => (
              <li key={reason} className="details-deopt">
                {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
      {lines.length > 1 && (
        <section className="details-section" aria-label="Hottest lines">
          <h3>Hottest lines</h3>
          <ul className="plain-list">
            {lines.map(({ line, heat }) => (
              <li key={line} className="relative">
                <span className="mono">line {line}</span>
                <span className="number" title={exactValue(heat.self, unit)}>
                  {formatValue(heat.self, unit)}
                </span>
                <span className="number muted share-cell">{(heat.share * 100).toFixed(1)} %</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
