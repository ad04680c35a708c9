import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { TimeRange } from '../../../../profiles/types';
import type { FaultBand } from '../../../lanes/fault-bands';
import { RangeOverlay } from '../../../lanes/range-overlay';
import { currentColorScheme, onColorSchemeChange } from '../../../theme/color-scheme';
import type { ColorScheme } from '../../../theme/colors';

export interface PlotPlace {
  width: number;
  height: number;
  x: (timeUs: number) => number;
  scheme: ColorScheme;
}

interface Props {
  /** For screen readers and tests. */
  name: string;
  testId: string;
  heightPx: number;
  /** What the plot's width stands for: the same as of the lanes. */
  window: TimeRange;
  range: TimeRange | null;
  onRange: (range: TimeRange | null) => void;
  bands: readonly FaultBand[];
  /** Draws everything; called again when `drawKey` changes, or the size, or the theme. */
  draw: (context: CanvasRenderingContext2D, place: PlotPlace) => void;
  drawKey: unknown;
  /** Beside the plot, as wide as the lanes' columns. */
  left: ReactNode;
  right: ReactNode;
  /** What is at an instant and a height (fraction from the bottom), in words. */
  describe: (timeUs: number, height: number) => string;
}

/** A picture over the run's timeline, under its lanes: the same columns, the same selected range. */
export function TimelinePlot(props: Props) {
  const { name, testId, heightPx, window, range, bands, draw, drawKey, left, right } = props;
  const plot = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<RangeOverlay | null>(null);
  const latest = useRef(props);
  const height = useRef(0);
  const [width, setWidth] = useState(0);
  const [scheme, setScheme] = useState(currentColorScheme);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => onColorSchemeChange(() => setScheme(currentColorScheme())), []);
  useEffect(() => {
    const element = plot.current;
    if (!element) return;
    const made = new RangeOverlay({
      onCursor: () => undefined,
      onRange: (chosen) => latest.current.onRange(chosen),
      // The window is the lanes'.
      onZoom: () => undefined,
      onPan: () => undefined,
      onView: () => undefined,
      describe: (timeUs) => latest.current.describe(timeUs, height.current),
    });
    made.element.dataset['testid'] = testId;
    made.element.setAttribute(
      'aria-label',
      `${name}. Arrow keys move the crosshair, with Shift they select a range, Escape clears it`,
    );
    overlay.current = made;
    element.append(made.element);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      overlay.current = null;
    };
  }, [name, testId]);
  useEffect(() => overlay.current?.update(window, width, range), [window, width, range]);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0) return;
    const ratio = devicePixelRatio || 1;
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(heightPx * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, heightPx);
    const { startUs, endUs } = window;
    const x = (timeUs: number): number => ((timeUs - startUs) / Math.max(1, endUs - startUs)) * width;
    draw(context, { width, height: heightPx, x, scheme });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `drawKey` stands for `draw`
  }, [drawKey, width, heightPx, window.startUs, window.endUs, scheme]);

  const percent = (timeUs: number): number =>
    ((timeUs - window.startUs) / Math.max(1, window.endUs - window.startUs)) * 100;
  return (
    <div className="load-plot-row" style={{ height: heightPx }}>
      <div className="load-plot-left">{left}</div>
      <div
        ref={plot}
        className="load-plot"
        onPointerMoveCapture={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          height.current = 1 - (event.clientY - box.top) / Math.max(1, box.height);
        }}
      >
        <canvas ref={canvas} style={{ width, height: heightPx }} aria-hidden />
        {bands.map((band) => (
          <div
            key={band.faultId}
            className="sm-lanes-band"
            style={{
              left: `${percent(band.startUs)}%`,
              width: `${percent(band.endUs) - percent(band.startUs)}%`,
            }}
          />
        ))}
      </div>
      <div className="load-plot-right">{right}</div>
    </div>
  );
}
