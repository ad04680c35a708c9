import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { LoadInRange } from '../../../../main/api';
import { formatDurationMs } from '../../../../profiles/format';
import {
  layOutCurves,
  percentLabel,
  shareOf,
  valueAt,
  type CurveLayout,
  type CurveScale,
  type PlacedPoint,
} from '../../../../profiles/load-picture/curve-layout';
import { useWidth } from '../../../components/use-width';

const heightPx = 210;
const leftPx = 58;
const rightPx = 12;
const topPx = 8;
const bottomPx = 22;

/** How long the quickest so many percent took, to the right by nines: response and service time. */
export function PercentileCurve({ curve }: { curve: LoadInRange['curve'] }) {
  const [host, width] = useWidth();
  const [scale, setScale] = useState<CurveScale>('linear');
  const [pointer, setPointer] = useState<number | null>(null);
  const response = useMemo(() => curve.map(({ share, responseMs }) => ({ share, ms: responseMs })), [curve]);
  const service = useMemo(() => curve.map(({ share, serviceMs }) => ({ share, ms: serviceMs })), [curve]);
  const layout = useMemo(() => layOutCurves([response, service], scale), [response, service, scale]);
  if (!layout) return null;
  const wide = Math.max(1, width - leftPx - rightPx);
  const share =
    pointer === null
      ? null
      : shareOf(Math.min(1, Math.max(0, (pointer - leftPx) / wide)) * layout.widthNines);
  return (
    <section className="section" aria-label="Percentile curve">
      <div className="section-head">
        <h2>Percentiles</h2>
        <SegmentedControl
          size="xs"
          aria-label="Latency axis"
          value={scale}
          onChange={setScale}
          data={[
            { value: 'linear', label: 'Linear' },
            { value: 'log', label: 'Log' },
          ]}
        />
      </div>
      <div className="curve-legend">
        <span title="From when a request was due: waiting for a stalled target counts">
          <i className="curve-response" /> response <b>{share !== null && shown(valueAt(response, share))}</b>
        </span>
        <span title="From when a request was really sent">
          <i className="curve-service" /> service <b>{share !== null && shown(valueAt(service, share))}</b>
        </span>
        <span className="muted curve-share">
          {share === null ? 'of the requests took at most' : `${percentLabel(rounded(share))} took at most`}
        </span>
      </div>
      <div
        ref={host}
        className="curve-host"
        onPointerMove={(event) =>
          setPointer(event.clientX - event.currentTarget.getBoundingClientRect().left)
        }
        onPointerLeave={() => setPointer(null)}
      >
        {width > 0 && <CurvePicture layout={layout} width={width} wide={wide} pointer={pointer} />}
      </div>
    </section>
  );
}

function shown(ms: number | null): string {
  return ms === null ? '' : formatDurationMs(ms);
}

/** As many digits as a share that near to 1 needs. */
function rounded(share: number): number {
  const digits = Math.min(8, 3 + Math.max(0, Math.ceil(-Math.log10(1 - share) - 1)));
  return Number(share.toFixed(digits));
}

function CurvePicture({
  layout,
  width,
  wide,
  pointer,
}: {
  layout: CurveLayout;
  width: number;
  wide: number;
  pointer: number | null;
}) {
  const tall = heightPx - topPx - bottomPx;
  const x = (part: number): number => leftPx + part * wide;
  const y = (part: number): number => topPx + (1 - part) * tall;
  const line = (points: readonly PlacedPoint[]): string =>
    points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
  return (
    <svg width={width} height={heightPx} role="img" aria-label="Latency by share of requests">
      {layout.yTicks.map(({ y: at, ms }) => (
        <g key={ms}>
          <line className="curve-grid" x1={leftPx} x2={width - rightPx} y1={y(at)} y2={y(at)} />
          <text x={leftPx - 6} y={y(at)} className="curve-text curve-text-end">
            {formatDurationMs(ms)}
          </text>
        </g>
      ))}
      {layout.xTicks.map(({ x: at, label }) => (
        <g key={label}>
          <line className="curve-grid" x1={x(at)} x2={x(at)} y1={topPx} y2={topPx + tall} />
          <text
            x={x(at)}
            y={heightPx - 8}
            className={`curve-text ${at > 0.96 ? 'curve-text-end' : 'curve-text-middle'}`}
          >
            {label}
          </text>
        </g>
      ))}
      <polyline className="curve-line curve-line-service" points={line(layout.lines[1] ?? [])} />
      <polyline className="curve-line curve-line-response" points={line(layout.lines[0] ?? [])} />
      {pointer !== null && pointer >= leftPx && (
        <line className="curve-pointer" x1={pointer} x2={pointer} y1={topPx} y2={topPx + tall} />
      )}
    </svg>
  );
}
