import { useMemo } from 'react';
import { formatTimeRange, formatValue } from '../../../../profiles/format';
import type { ProfileUnit } from '../../../../profiles/types';
import type { Scope } from '../../../explorer/types';
import { useExplorer } from '../../../explorer/use-explorer';
import type { RecordingModel } from '../../../state/recording';

const parts = 60;
const heightPx = 36;

interface Props {
  model: RecordingModel;
  scope: Scope;
  functionKey: string;
  unit: ProfileUnit;
}

/** When the function itself was at work in what is shown. */
export function ActivityBar({ model, scope, functionKey, unit }: Props) {
  const { answer } = useExplorer(
    model,
    'activity',
    { scope, functionKeys: [functionKey], parts },
    'details-activity',
  );
  const values = answer?.rows[0];
  const path = useMemo(() => {
    if (!values) return null;
    let most = 0;
    let sum = 0;
    for (const value of values) {
      most = Math.max(most, value);
      sum += value;
    }
    if (sum === 0) return null;
    let text = '';
    for (let i = 0; i < values.length; i++)
      if (values[i]! > 0)
        text += `M${i} ${heightPx}v${(-Math.max(0.04, values[i]! / most) * heightPx).toFixed(2)}h1V${heightPx}z`;
    return { text, most };
  }, [values]);
  if (!answer || !path || answer.endUs <= answer.startUs) return null;
  const title = `Self ${unit === 'bytes' ? 'weight' : 'time'} over ${formatTimeRange(answer.startUs, answer.endUs)}; at most ${formatValue(path.most, unit)} per bar`;
  return (
    <section className="details-section" aria-label="Activity over time">
      <h3>Self over time</h3>
      <svg
        className="details-activity"
        viewBox={`0 0 ${parts} ${heightPx}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={title}
      >
        <title>{title}</title>
        <path d={path.text} />
      </svg>
      <p className="muted details-axis">{formatTimeRange(answer.startUs, answer.endUs)}</p>
    </section>
  );
}
