import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconFlame, IconStairsDown } from '@tabler/icons-react';
import { memo, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { formatNumber, formatPercent } from '../../profiles/format';
import { categoryTotals } from '../../profiles/functions';
import { categoryLabels, type ColorMode } from '../theme/colors';
import { FlameCanvas, type FlameState } from './flame-canvas';
import type { FlameViewProps } from './types';
import './flame.css';

const colorModes: { value: ColorMode; label: string }[] = [
  { value: 'category', label: 'Kind' },
  { value: 'package', label: 'Package' },
  { value: 'file', label: 'File' },
];

/** A flame graph with its toolbar; fills its parent. */
export const FlameView = memo(function FlameView(props: FlameViewProps): ReactElement {
  const { tree, version, live, search, selectedKey, emptyText, newestUs } = props;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<FlameCanvas | null>(null);
  const latest = useRef(props);
  const [state, setState] = useState<FlameState>({ following: true, found: null });
  const [mode, setMode] = useState<ColorMode>('category');
  const [growUp, setGrowUp] = useState(false);

  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!host.current) return;
    const made = new FlameCanvas(host.current, {
      onSelect: (key) => latest.current.onSelect(key),
      onState: setState,
    });
    canvas.current = made;
    return () => {
      made.destroy();
      canvas.current = null;
    };
  }, []);

  useEffect(() => {
    canvas.current?.update({ tree, version, live, search, selectedKey, newestUs });
  }, [tree, version, live, search, selectedKey, newestUs]);
  useEffect(() => canvas.current?.setColorMode(mode), [mode]);
  useEffect(() => canvas.current?.setGrowUp(growUp), [growUp]);

  const empty = !tree || (tree.total[0] ?? 0) <= 0;
  return (
    <div className="sm-flame" data-testid="flame-view">
      <div className="sm-flame-toolbar">
        {tree && mode === 'category' ? <Legend tree={tree} version={version} /> : null}
        <span className="sm-spacer" />
        {state.found ? (
          <span className="sm-flame-found" data-testid="flame-found" role="status">
            {state.found.functions === 0
              ? 'No function matches'
              : `${formatNumber(state.found.functions)} ${state.found.functions === 1 ? 'function' : 'functions'} · ${formatPercent(state.found.share)}`}
          </span>
        ) : null}
        {live && !state.following ? (
          <button
            type="button"
            className="sm-chip sm-chip-live"
            data-testid="flame-follow"
            onClick={() => canvas.current?.resetZoom()}
          >
            Follow live
          </button>
        ) : null}
        <SegmentedControl
          size="xs"
          aria-label="Colour by"
          data={colorModes}
          value={mode}
          onChange={setMode}
        />
        <Tooltip label={growUp ? 'Root at the top (icicles)' : 'Root at the bottom (flames)'}>
          <ActionIcon
            aria-label={growUp ? 'Draw with the root at the top' : 'Draw with the root at the bottom'}
            onClick={() => setGrowUp(!growUp)}
          >
            {growUp ? <IconStairsDown size={16} /> : <IconFlame size={16} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Show everything (0)">
          <ActionIcon
            aria-label="Show everything"
            disabled={state.following}
            onClick={() => canvas.current?.resetZoom()}
          >
            <IconArrowsMaximize size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className="sm-flame-host" ref={host}>
        {empty ? <div className="sm-flame-empty">{emptyText}</div> : null}
      </div>
    </div>
  );
});

/** The categories that this tree has, with their share of self time or bytes. */
function Legend({
  tree,
  version,
}: {
  tree: NonNullable<FlameViewProps['tree']>;
  version: number;
}): ReactElement {
  const shares = useMemo(() => {
    return categoryTotals(tree).filter(({ category, share }) => share > 0.0005 && category !== 'root');
    // A live tree may be grown in place: the version says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tree, version]);
  return (
    <ul className="sm-flame-legend" aria-label="Colours">
      {shares.map(({ category, share }) => (
        <li key={category}>
          <span className="sm-swatch" style={{ background: `var(--sm-category-${category})` }} />
          {categoryLabels[category]} {formatPercent(share)}
        </li>
      ))}
    </ul>
  );
}
