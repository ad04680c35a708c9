import { Button } from '@mantine/core';
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { exactBytes, formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import type { DominatorTree } from '../../../../../profiles/heap/questions';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import { LoadingView } from '../../../../components/LoadingView';
import { useRoute } from '../../../../state/selection';
import { currentColorScheme, onColorSchemeChange } from '../../../../theme/color-scheme';
import { boxUnder, icicleRowPx, layOut, paintIcicle, type IcicleBox } from './icicle';
import { useAnswer, type OpenSnapshot } from './use-snapshot';

/** Who keeps how much alive: each object lies below the one without which it would be freed. */
export function DominatorsView({ snapshot }: { snapshot: OpenSnapshot }) {
  const [top, setTop] = useState<{ ordinal: number; label: string }[]>([]);
  const ordinal = top.at(-1)?.ordinal ?? 0;
  const answer = useAnswer(snapshot, { kind: 'dominators', ordinal });
  if (answer.error)
    return (
      <div className="pane">
        <ErrorPanel error={answer.error.toJSON()}>
          <Button onClick={answer.again}>Try again</Button>
        </ErrorPanel>
      </div>
    );
  if (!answer.data) return <LoadingView text="Adding up what keeps what alive" />;
  return (
    <div className="heap-lists">
      <div className="heap-tools heap-crumbs" aria-label="Zoom">
        <button type="button" className="link" onClick={() => setTop([])} disabled={top.length === 0}>
          Whole heap
        </button>
        {top.map((step, index) => (
          <span key={step.ordinal}>
            <span className="muted"> › </span>
            <button
              type="button"
              className="link mono"
              disabled={index === top.length - 1}
              onClick={() => setTop(top.slice(0, index + 1))}
            >
              {step.label}
            </button>
          </span>
        ))}
        <span className="muted heap-tools-end">Double-click or Z zooms, Backspace goes back</span>
      </div>
      <div className="heap-fill" aria-busy={answer.loading}>
        {answer.loading && <div className="explore-pending" role="progressbar" aria-label="Adding up" />}
        <Icicle
          tree={answer.data}
          heapBytes={snapshot.overview.shallow}
          onZoom={(step) => step.ordinal !== ordinal && setTop([...top, step])}
          onBack={() => setTop(top.slice(0, -1))}
        />
      </div>
    </div>
  );
}

interface IcicleProps {
  tree: DominatorTree;
  heapBytes: number;
  onZoom: (step: { ordinal: number; label: string }) => void;
  onBack: () => void;
}

function Icicle({ tree, heapBytes, onZoom, onBack }: IcicleProps) {
  const { route, goInMemory } = useRoute();
  const selected = route.selection.memory.object;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [scroll, setScroll] = useState(0);
  const [scheme, setScheme] = useState(currentColorScheme);
  const [hover, setHover] = useState<{ place: number; x: number; y: number } | null>(null);
  const [focused, setFocused] = useState(-1);
  const boxes = useMemo(() => layOut(tree), [tree]);
  const rows = useMemo(() => boxes.reduce((most, box) => Math.max(most, box.row + 1), 0), [boxes]);

  useEffect(() => onColorSchemeChange(() => setScheme(currentColorScheme())), []);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    setFocused(-1);
    setHover(null);
    host.current?.scrollTo({ top: 0 });
  }, [tree]);
  useLayoutEffect(() => {
    if (!canvas.current || size.width === 0) return;
    paintIcicle({
      canvas: canvas.current,
      tree,
      boxes,
      scheme,
      selected,
      hovered: hover?.place ?? -1,
      focused,
      widthPx: size.width,
      heightPx: size.height,
      scrollPx: scroll,
      font: `11px ${getComputedStyle(document.documentElement).getPropertyValue('--sm-mono')}`,
    });
  }, [tree, boxes, scheme, selected, hover, focused, size, scroll]);

  const placeAt = (event: { clientX: number; clientY: number }): number => {
    const area = canvas.current?.getBoundingClientRect();
    if (!area) return -1;
    const row = Math.floor((event.clientY - area.top + scroll) / icicleRowPx);
    return boxUnder(boxes, row, (event.clientX - area.left) / area.width);
  };
  const boxOf = (place: number): IcicleBox | undefined => boxes[place];
  const pick = (place: number): void => {
    const ordinal = tree.ordinal[boxOf(place)?.index ?? -1] ?? -1;
    setFocused(place);
    if (ordinal >= 0) goInMemory({ object: ordinal });
  };
  const zoom = (place: number): void => {
    const index = boxOf(place)?.index ?? -1;
    const ordinal = tree.ordinal[index] ?? -1;
    if (ordinal >= 0 && place > 0) onZoom({ ordinal, label: tree.label[index] ?? '' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = boxOf(focused);
    const inRow = (row: number): number[] => boxes.flatMap((box, place) => (box.row === row ? [place] : []));
    if (event.key === 'Backspace') onBack();
    else if ((event.key === 'z' || event.key === 'Z') && at) zoom(focused);
    else if (!at && event.key.startsWith('Arrow')) pick(0);
    else if (!at) return;
    else if (event.key === 'ArrowDown') {
      const below = boxes.findIndex((box) => box.row === at.row + 1 && box.x0 >= at.x0 && box.x0 < at.x1);
      if (below >= 0) pick(below);
    } else if (event.key === 'ArrowUp') {
      const above = boxes.findIndex((box) => box.row === at.row - 1 && box.x0 <= at.x0 && at.x0 < box.x1);
      if (above >= 0) pick(above);
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const list = inRow(at.row);
      const next = list[list.indexOf(focused) + (event.key === 'ArrowRight' ? 1 : -1)];
      if (next !== undefined) pick(next);
    } else return;
    event.preventDefault();
  };
  const onMove = (event: PointerEvent): void => {
    const place = placeAt(event);
    setHover(place < 0 ? null : { place, x: event.clientX, y: event.clientY });
  };
  const hovered = hover && boxOf(hover.place);
  const pointed = boxOf(focused);
  return (
    <div
      className="icicle"
      ref={host}
      tabIndex={0}
      role="application"
      aria-label="Dominators: width is retained size. Arrow keys go from object to object."
      data-testid="dominators"
      data-boxes={boxes.length}
      onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
      onPointerMove={onMove}
      onPointerLeave={() => setHover(null)}
      onClick={(event) => pick(placeAt(event))}
      onDoubleClick={(event) => zoom(placeAt(event))}
    >
      <canvas ref={canvas} className="icicle-canvas" style={{ width: size.width, height: size.height }} />
      <div style={{ height: Math.max(0, rows * icicleRowPx - size.height) }} />
      <span className="visually-hidden" role="status">
        {pointed ? sentence(tree, pointed.index, heapBytes) : ''}
      </span>
      {hovered && hover && (
        <div
          className="sm-flame-tooltip"
          role="tooltip"
          style={{
            transform: `translate(${Math.max(4, Math.min(hover.x + 14, innerWidth - 320))}px, ${
              hover.y + 120 > innerHeight ? hover.y - 110 : hover.y + 14
            }px)`,
          }}
        >
          <div className="sm-flame-tooltip-name">{tree.label[hovered.index]}</div>
          <dl className="sm-flame-tooltip-numbers">
            <dt>Retained</dt>
            <dd>
              {formatBytes(tree.retained[hovered.index] ?? 0)} ·{' '}
              {formatPercent(heapBytes > 0 ? (tree.retained[hovered.index] ?? 0) / heapBytes : 0)}
            </dd>
            <dd className="sm-exact">{exactBytes(tree.retained[hovered.index] ?? 0)}</dd>
            <dt>Shallow</dt>
            <dd>{formatBytes(tree.shallow[hovered.index] ?? 0)}</dd>
            <dd className="sm-exact">{exactBytes(tree.shallow[hovered.index] ?? 0)}</dd>
            {(tree.count[hovered.index] ?? 1) > 1 && (
              <>
                <dt>Objects</dt>
                <dd>{formatNumber(tree.count[hovered.index] ?? 0)}</dd>
                <dd />
              </>
            )}
          </dl>
        </div>
      )}
    </div>
  );
}

function sentence(tree: DominatorTree, index: number, heapBytes: number): string {
  const retained = tree.retained[index] ?? 0;
  return `${tree.label[index] ?? ''} retains ${formatBytes(retained)}, ${formatPercent(
    heapBytes > 0 ? retained / heapBytes : 0,
  )} of the heap`;
}
