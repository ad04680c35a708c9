import { memo, useEffect, useRef, useState, type ReactElement } from 'react';
import { FlameCanvas, type FlameState } from './flame-canvas';
import { FlameToolbar } from './FlameToolbar';
import { keepFlamePreferences, readFlamePreferences } from './flame-preferences';
import type { FlameViewProps } from './types';
import './flame.css';

/** A flame graph or flame chart with its toolbar; fills its parent. */
export const FlameView = memo(function FlameView(props: FlameViewProps): ReactElement {
  const { tree, layout, chart, skipRoot, version, live, search, selectedKey, newestUs, runWeight } = props;
  const { emptyText, direction, toolbar = true } = props;
  const host = useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = useState<FlameCanvas | null>(null);
  const latest = useRef(props);
  const [state, setState] = useState<FlameState>({ following: true, found: null });
  const [preferences, setPreferences] = useState(readFlamePreferences);
  const growUp = direction ? direction === 'up' : preferences.growUp;
  const minimap = preferences.minimap && toolbar;

  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    if (!host.current) return;
    const made = new FlameCanvas(host.current, {
      onSelect: (key) => latest.current.onSelect(key),
      onState: setState,
      onRange: (range) => latest.current.onRange?.(range),
      onTransform: (transform) => latest.current.onTransform?.(transform),
      onContextMenu: (frame, position) => latest.current.onContextMenu?.(frame, position),
    });
    setCanvas(made);
    return () => {
      made.destroy();
      setCanvas(null);
    };
  }, []);

  useEffect(() => canvas?.setColorMode(preferences.colorMode), [canvas, preferences.colorMode]);
  useEffect(() => canvas?.setGrowUp(growUp), [canvas, growUp]);
  useEffect(() => canvas?.setMinimap(minimap), [canvas, minimap]);
  useEffect(() => {
    canvas?.update({
      tree,
      layout,
      chart,
      skipRoot,
      version,
      live,
      search,
      selectedKey,
      newestUs,
      runWeight,
    });
  }, [canvas, tree, layout, chart, skipRoot, version, live, search, selectedKey, newestUs, runWeight]);

  const empty = chart !== undefined ? !chart || chart.length === 0 : !tree || (tree.total[0] ?? 0) <= 0;
  return (
    <div className="sm-flame" data-testid="flame-view">
      {toolbar ? (
        <FlameToolbar
          {...props}
          canvas={canvas}
          state={state}
          preferences={preferences}
          onPreferences={(changed) => {
            setPreferences(changed);
            keepFlamePreferences(changed);
          }}
        />
      ) : null}
      <div className="sm-flame-host" ref={host}>
        {empty ? <div className="sm-flame-empty">{emptyText}</div> : null}
      </div>
    </div>
  );
});
