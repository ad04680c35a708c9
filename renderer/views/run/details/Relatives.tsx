import { useState } from 'react';
import { exactValue, formatPercent, formatValue } from '../../../../profiles/format';
import { frameKey, type RelatedFunction } from '../../../../profiles/functions';
import { formatLocation } from '../../../../profiles/location';
import type { CallTree } from '../../../../profiles/call-tree';
import { useRoute } from '../../../state/selection';

const shownAtFirst = 8;

interface Props {
  title: string;
  /** What to say when there are none. */
  none: string;
  related: RelatedFunction[];
  tree: CallTree;
  cwd: string;
}

/** Callers or callees with the part of the function's total that goes this way. */
export function Relatives({ title, none, related, tree, cwd }: Props) {
  const select = useRoute((state) => state.select);
  const [showAll, setShowAll] = useState(false);
  const rest = related.length - shownAtFirst;
  return (
    <section className="details-section" aria-label={title}>
      <h3>{title}</h3>
      {related.length === 0 && <p className="muted">{none}</p>}
      <ul className="plain-list">
        {(showAll ? related : related.slice(0, shownAtFirst)).map((each) => (
          <li key={each.frame} className="relative">
            {each.category === 'root' ? (
              <span className="muted">(the event loop)</span>
            ) : (
              <button
                type="button"
                className="link mono ellipsis"
                title={`${each.name}\n${formatLocation(each.url, each.line, cwd)}`}
                onClick={() => select({ functionKey: frameKey(tree.frames, each.frame) })}
              >
                {each.name}
              </button>
            )}
            <span className="number" title={exactValue(each.weight, tree.unit)}>
              {formatValue(each.weight, tree.unit)}
            </span>
            <span className="number muted share-cell">{formatPercent(each.share)}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" className="link details-more" onClick={() => setShowAll(!showAll)}>
          {showAll ? 'Show fewer' : `Show ${rest} more with less`}
        </button>
      )}
    </section>
  );
}
