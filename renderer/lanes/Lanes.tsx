import { useEffect, useMemo, useRef, type ReactElement } from 'react';
import { LanesView } from './lanes-view';
import type { LanesProps } from './types';
import './lanes.css';

/** The run's lanes with crosshair and range selection. */
export function Lanes(props: LanesProps): ReactElement {
  const { series, collections, pieces, set, marks, endUs, live, threads } = props;
  const { range, collapsed, cpuFromSamples } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<LanesView | null>(null);
  const latest = useRef(props);

  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    if (!host.current) return;
    const made = new LanesView(
      host.current,
      (chosen) => latest.current.onRangeChange(chosen),
      (shown) => latest.current.onView?.(shown),
    );
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  // One object per change of the data: a change of the range alone then redraws no chart.
  const data = useMemo(
    () => ({ series, collections, pieces, set, marks, endUs, live, threads, cpuFromSamples }),
    [series, collections, pieces, set, marks, endUs, live, threads, cpuFromSamples],
  );
  useEffect(() => {
    view.current?.update(data, range, collapsed);
  }, [data, range, collapsed]);

  return (
    <div className="sm-lanes" data-testid="lanes">
      <div ref={host} />
      <button
        type="button"
        className="sm-lanes-collapse"
        aria-expanded={!collapsed}
        onClick={() => props.onCollapsedChange(!collapsed)}
      >
        {collapsed ? '▸ all lanes' : '▾ collapse'}
      </button>
    </div>
  );
}
