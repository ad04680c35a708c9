import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { dominatorSentence, DominatorTooltip } from './DominatorTooltip';
import type { DominatorPictureProps } from './DominatorFlame';
import { childrenOf } from './icicle';
import { boxAt, layOutTreemap, paintTreemap } from './treemap';
import { usePicture } from './use-picture';

/** Dominators as a treemap: each object lies inside of what keeps it alive, its area is what it retains. */
export function DominatorTreemap({
  tree,
  heapBytes,
  selected,
  onPick,
  onZoom,
  onBack,
}: DominatorPictureProps) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { widthPx, heightPx, scheme, font } = usePicture(host);
  const [hover, setHover] = useState<{ place: number; x: number; y: number } | null>(null);
  const [focused, setFocused] = useState(-1);
  const boxes = useMemo(() => layOutTreemap(tree, widthPx, heightPx), [tree, widthPx, heightPx]);
  const children = useMemo(() => childrenOf(tree), [tree]);
  const placeOf = useMemo(() => new Map(boxes.map(({ index }, place) => [index, place])), [boxes]);

  useEffect(() => {
    setFocused(-1);
    setHover(null);
  }, [tree]);
  useLayoutEffect(() => {
    if (!canvas.current || widthPx === 0) return;
    const hovered = hover?.place ?? -1;
    const paint = { tree, boxes, scheme, selected, hovered, focused, widthPx, heightPx, font };
    paintTreemap({ canvas: canvas.current, ...paint });
  }, [tree, boxes, scheme, selected, hover, focused, widthPx, heightPx, font]);

  const placeAt = (event: { clientX: number; clientY: number }): number => {
    const area = canvas.current?.getBoundingClientRect();
    return area ? boxAt(boxes, event.clientX - area.left, event.clientY - area.top) : -1;
  };
  const pick = (place: number): void => {
    const box = boxes[place];
    setFocused(box ? place : -1);
    if (box) onPick(box.index);
  };
  const zoom = (place: number): void => {
    const box = boxes[place];
    if (box && place > 0) onZoom(box.index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = boxes[focused];
    const goTo = (index: number | undefined): void => {
      const place = index === undefined ? undefined : placeOf.get(index);
      if (place !== undefined) pick(place);
    };
    if (event.key === 'Backspace') onBack();
    else if ((event.key === 'z' || event.key === 'Z' || event.key === 'Enter') && at) zoom(focused);
    else if (!at && event.key.startsWith('Arrow')) pick(0);
    else if (!at) return;
    else if (event.key === 'ArrowDown') goTo(children[at.index]?.[0]);
    else if (event.key === 'ArrowUp') goTo(tree.parent[at.index]);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const siblings = children[tree.parent[at.index] ?? -1] ?? [];
      goTo(siblings[siblings.indexOf(at.index) + (event.key === 'ArrowRight' ? 1 : -1)]);
    } else return;
    event.preventDefault();
  };
  const hovered = hover && boxes[hover.place];
  const pointed = boxes[focused];
  return (
    <div
      className="icicle"
      ref={host}
      tabIndex={0}
      role="application"
      aria-label="Dominators: area is retained size. Left and right go to siblings, down goes inside, up goes out."
      data-testid="dominators"
      data-boxes={boxes.length}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => {
        const place = placeAt(event);
        setHover(place < 0 ? null : { place, x: event.clientX, y: event.clientY });
      }}
      onPointerLeave={() => setHover(null)}
      onClick={(event) => pick(placeAt(event))}
      onDoubleClick={(event) => zoom(placeAt(event))}
    >
      <canvas ref={canvas} className="icicle-canvas" style={{ width: widthPx, height: heightPx }} />
      <span className="visually-hidden" role="status">
        {pointed ? dominatorSentence(tree, pointed.index, heapBytes) : ''}
      </span>
      {hovered && hover && (
        <DominatorTooltip tree={tree} index={hovered.index} heapBytes={heapBytes} x={hover.x} y={hover.y} />
      )}
    </div>
  );
}
