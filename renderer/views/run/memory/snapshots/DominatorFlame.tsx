import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import type { DominatorTree } from '../../../../../profiles/heap/questions';
import { dominatorSentence, DominatorTooltip } from './DominatorTooltip';
import { boxUnder, icicleRowPx, layOut, paintIcicle, type IcicleBox } from './icicle';
import { usePicture } from './use-picture';

export interface DominatorPictureProps {
  tree: DominatorTree;
  heapBytes: number;
  /** Ordinal of the selected object. */
  selected: number | null;
  /** Of a place in the tree's columns. */
  onPick: (index: number) => void;
  onZoom: (index: number) => void;
  onBack: () => void;
}

/** Dominators as a flame: each object lies below what keeps it alive, as wide as what it retains. */
export function DominatorFlame({ tree, heapBytes, selected, onPick, onZoom, onBack }: DominatorPictureProps) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { widthPx, heightPx, scheme, font } = usePicture(host);
  const [scroll, setScroll] = useState(0);
  const [hover, setHover] = useState<{ place: number; x: number; y: number } | null>(null);
  const [focused, setFocused] = useState(-1);
  const boxes = useMemo(() => layOut(tree), [tree]);
  const rows = useMemo(() => boxes.reduce((most, box) => Math.max(most, box.row + 1), 0), [boxes]);

  useEffect(() => {
    setFocused(-1);
    setHover(null);
    host.current?.scrollTo({ top: 0 });
  }, [tree]);
  useLayoutEffect(() => {
    if (!canvas.current || widthPx === 0) return;
    paintIcicle({
      canvas: canvas.current,
      tree,
      boxes,
      scheme,
      selected,
      hovered: hover?.place ?? -1,
      focused,
      widthPx,
      heightPx,
      scrollPx: scroll,
      font,
    });
  }, [tree, boxes, scheme, selected, hover, focused, widthPx, heightPx, scroll, font]);

  const placeAt = (event: { clientX: number; clientY: number }): number => {
    const area = canvas.current?.getBoundingClientRect();
    if (!area) return -1;
    const row = Math.floor((event.clientY - area.top + scroll) / icicleRowPx);
    return boxUnder(boxes, row, (event.clientX - area.left) / area.width);
  };
  const boxOf = (place: number): IcicleBox | undefined => boxes[place];
  const pick = (place: number): void => {
    const box = boxOf(place);
    setFocused(place);
    if (!box) return;
    onPick(box.index);
    const top = box.row * icicleRowPx;
    const shown = host.current;
    if (shown && (top < shown.scrollTop || top + icicleRowPx > shown.scrollTop + shown.clientHeight))
      shown.scrollTo({ top: Math.max(0, top - shown.clientHeight / 2) });
  };
  const zoom = (place: number): void => {
    const box = boxOf(place);
    if (box && place > 0) onZoom(box.index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = boxOf(focused);
    const inRow = (row: number): number[] => boxes.flatMap((box, place) => (box.row === row ? [place] : []));
    if (event.key === 'Backspace') onBack();
    else if ((event.key === 'z' || event.key === 'Z' || event.key === 'Enter') && at) zoom(focused);
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
      <canvas ref={canvas} className="icicle-canvas" style={{ width: widthPx, height: heightPx }} />
      <div style={{ height: Math.max(0, rows * icicleRowPx - heightPx) }} />
      <span className="visually-hidden" role="status">
        {pointed ? dominatorSentence(tree, pointed.index, heapBytes) : ''}
      </span>
      {hovered && hover && (
        <DominatorTooltip tree={tree} index={hovered.index} heapBytes={heapBytes} x={hover.x} y={hover.y} />
      )}
    </div>
  );
}
