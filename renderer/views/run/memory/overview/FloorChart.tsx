import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Series } from '../../../../../main/api';
import { exactBytes, formatBytes, formatTime } from '../../../../../profiles/format';
import type { SubjectVerdict } from '../../../../../profiles/leaks/types';
import { timeTicks } from '../../../../lanes/axis';
import { currentColorScheme, onColorSchemeChange } from '../../../../theme/color-scheme';
import { chromeColors, seriesColors } from '../../../../theme/colors';
import { byteBounds, byteTicks, trendLine } from './floor-line';
import { collectionsWords } from './floor-words';
import { useWidth } from '../../../../components/use-width';

interface Props {
  subject: SubjectVerdict;
  /** Just after full collections. */
  floor: Series | null;
  /** All of it, for orientation. */
  used: Series | null;
  endUs: number;
  /** Recording goes on: for screen readers and tests. */
  title: string;
}

const heightPx = 190;
const leftPx = 58;
const bottomPx = 22;
const topPx = 8;
const rightPx = 10;

/** The floor of the heap, the line of its trend with what it may be, and what was left out at the beginning. */
export function FloorChart({ subject, floor, used, endUs, title }: Props) {
  const [host, width] = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scheme, setScheme] = useState(currentColorScheme);
  const [pointer, setPointer] = useState<number | null>(null);
  useEffect(() => onColorSchemeChange(() => setScheme(currentColorScheme())), []);
  const points = floor?.tUs.length ?? 0;
  const nearest = useMemo(() => {
    if (pointer === null || !floor || width === 0) return -1;
    const tUs = ((pointer - leftPx) / Math.max(1, width - leftPx - rightPx)) * endUs;
    let best = -1;
    for (let index = 0; index < floor.tUs.length; index++)
      if (best < 0 || Math.abs(floor.tUs[index]! - tUs) < Math.abs(floor.tUs[best]! - tUs)) best = index;
    return best;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- live series grow in place
  }, [pointer, floor, points, width, endUs]);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0) return;
    const ratio = devicePixelRatio || 1;
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(heightPx * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, heightPx);
    const colors = chromeColors[scheme];
    const heap = seriesColors[scheme].heap;
    const { trend } = subject;

    let lowest = Infinity;
    let highest = -Infinity;
    for (const series of [floor, used])
      for (const value of series?.values ?? []) {
        if (value < lowest) lowest = value;
        if (value > highest) highest = value;
      }
    if (highest < lowest) return;
    const { low, high } = byteBounds(lowest, highest);
    const x = (tUs: number): number => leftPx + (tUs / Math.max(1, endUs)) * (width - leftPx - rightPx);
    const y = (bytes: number): number =>
      heightPx - bottomPx - ((bytes - low) / (high - low)) * (heightPx - bottomPx - topPx);

    context.font = `11px ${getComputedStyle(document.documentElement).getPropertyValue('--sm-font')}`;
    // What was left out at the beginning.
    const warmEndUs = trend?.startUs ?? subject.warmUpUs;
    if (warmEndUs > 0) {
      context.fillStyle = colors.line;
      context.globalAlpha = 0.55;
      context.fillRect(x(0), topPx, x(Math.min(warmEndUs, endUs)) - x(0), heightPx - bottomPx - topPx);
      context.globalAlpha = 1;
      if (x(warmEndUs) - x(0) > 78) {
        context.fillStyle = colors.muted;
        context.fillText('warm-up, left out', x(0) + 6, topPx + 13);
      }
    }
    context.lineWidth = 1;
    context.textBaseline = 'middle';
    for (const tick of byteTicks(low, high, 4)) {
      context.strokeStyle = colors.line;
      context.beginPath();
      context.moveTo(leftPx, Math.round(y(tick)) + 0.5);
      context.lineTo(width - rightPx, Math.round(y(tick)) + 0.5);
      context.stroke();
      context.fillStyle = colors.muted;
      context.textAlign = 'right';
      context.fillText(formatBytes(tick), leftPx - 6, y(tick));
    }
    context.textAlign = 'center';
    const { stepUs, ticks } = timeTicks(0, endUs, Math.max(2, Math.floor(width / 90)));
    for (const tick of ticks) context.fillText(formatTime(tick, stepUs), x(tick), heightPx - bottomPx / 2);
    context.textAlign = 'left';

    if (used) {
      context.strokeStyle = heap;
      context.globalAlpha = 0.35;
      context.beginPath();
      used.tUs.forEach((tUs, index) => context.lineTo(x(tUs), y(used.values[index]!)));
      context.stroke();
      context.globalAlpha = 1;
    }
    if (floor && trend) {
      const window = { startUs: trend.startUs, endUs: trend.endUs };
      const line = trendLine(floor.tUs, floor.values, window, trend.slopeBytesPerHour);
      const from = trendLine(floor.tUs, floor.values, window, trend.slopeLow);
      const to = trendLine(floor.tUs, floor.values, window, trend.slopeHigh);
      const { startUs, endUs: lastUs } = window;
      context.save();
      context.beginPath();
      context.rect(leftPx, topPx, width - leftPx - rightPx, heightPx - bottomPx - topPx);
      context.clip();
      if (from && to) {
        context.fillStyle = colors.accent;
        context.globalAlpha = 0.16;
        context.beginPath();
        context.moveTo(x(startUs), y(from.at(startUs)));
        context.lineTo(x(lastUs), y(from.at(lastUs)));
        context.lineTo(x(lastUs), y(to.at(lastUs)));
        context.lineTo(x(startUs), y(to.at(startUs)));
        context.fill();
        context.globalAlpha = 1;
      }
      if (line) {
        context.strokeStyle = colors.accent;
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(x(startUs), y(line.at(startUs)));
        context.lineTo(x(lastUs), y(line.at(lastUs)));
        context.stroke();
      }
      context.restore();
    }
    floor?.tUs.forEach((tUs, index) => {
      const isUsed = !trend || (tUs >= trend.startUs && tUs <= trend.endUs);
      context.beginPath();
      context.arc(x(tUs), y(floor.values[index]!), index === nearest ? 4 : 2.5, 0, 2 * Math.PI);
      if (isUsed) {
        context.fillStyle = heap;
        context.fill();
      } else {
        context.strokeStyle = colors.faint;
        context.lineWidth = 1;
        context.stroke();
      }
    });
  }, [subject, floor, used, endUs, points, width, scheme, nearest, used?.tUs.length]);

  const isExternal = subject.subject === 'external';
  return (
    <figure className="floor-chart" aria-label={title}>
      <figcaption className="floor-legend">
        <span>
          <i className="floor-dot" /> after full collections
        </span>
        <span>
          <i className="floor-line" /> trend, 95 % confidence
        </span>
        {used && (
          <span>
            <i className="floor-used" /> {isExternal ? 'external memory' : 'heap used'}
          </span>
        )}
        <span className="floor-value number">
          {nearest >= 0 && floor ? (
            <span title={exactBytes(floor.values[nearest]!)}>
              {formatTime(floor.tUs[nearest]!)}: {formatBytes(floor.values[nearest]!)}
            </span>
          ) : (
            collectionsWords(points, subject.trend?.points ?? null)
          )}
        </span>
      </figcaption>
      <div
        ref={host}
        onPointerMove={(event) =>
          setPointer(event.clientX - event.currentTarget.getBoundingClientRect().left)
        }
        onPointerLeave={() => setPointer(null)}
      >
        <canvas ref={canvas} style={{ width, height: heightPx, display: 'block' }} aria-hidden />
      </div>
    </figure>
  );
}
