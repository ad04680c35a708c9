import { formatChange } from '../../../profiles/format';
import type { Judgement } from './judge';

interface Props {
  /** Relative, or null when it has no percentage. */
  change: number | null;
  judgement: Judgement;
  /** b - a, for the direction when there is no percentage. */
  direction: number;
}

const words: Record<Judgement, string> = {
  better: 'better',
  worse: 'worse',
  same: 'about the same',
  neutral: '',
  unknown: 'measured in only one of the two',
};

/** A change with its sign, a shape for its direction, and a colour only when it is better or worse. */
export function Change({ change, judgement, direction }: Props) {
  if (judgement === 'unknown')
    return (
      <span className="change muted" title={words.unknown}>
        –
      </span>
    );
  const shape = judgement === 'same' ? '≈' : direction > 0 ? '▲' : '▼';
  return (
    <span className={`change change-${judgement}`} title={words[judgement] || undefined}>
      <span className="change-shape" aria-hidden>
        {shape}
      </span>
      {change === null ? (direction === 0 ? formatChange(0) : 'new') : formatChange(change)}
      {(judgement === 'better' || judgement === 'worse') && <span className="change-word">{judgement}</span>}
    </span>
  );
}
