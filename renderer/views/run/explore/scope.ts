import type { Scope } from '../../../explorer/types';
import type { Selection } from '../../../state/selection';

/** What a selection means to the explorer. Allocations have no times: no range restricts them. */
export function scopeOf(selection: Selection, source: Scope['source']): Scope {
  const { threads, range, transforms, weights, showIdle, mapped } = selection;
  return {
    source,
    threads,
    range: source === 'cpu' ? range : null,
    transforms,
    weights,
    includeIdle: showIdle,
    mapped,
  };
}
