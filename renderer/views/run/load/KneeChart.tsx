import { useMemo, useState } from 'react';
import type { DegradationStep, KneeReport } from '../../../../main/api';
import { formatDurationMs, formatNumber, formatPercent, formatRate } from '../../../../profiles/format';
import type { PlacedPoint } from '../../../../profiles/load-picture/curve-layout';
import {
  layOutKnee,
  stepAt,
  stepByKey,
  type KneeLayout,
  type KneePlot,
} from '../../../../profiles/load-picture/knee-layout';
import type { TimeRange } from '../../../../profiles/types';
import { useWidth } from '../../../components/use-width';

const leftPx = 62;
const rightPx = 12;
const topPx = 20;
const ratePx = 104;
const betweenPx = 18;
const latencyPx = 128;
const axisPx = 36;
const heightPx = topPx + ratePx + betweenPx + latencyPx + axisPx;

/** Throughput and latency over the users, with the knee: what the table says, as its shape. A step is chosen by clicking, or by keys. */
export function KneeChart({
  knee,
  range,
  onRange,
  tableId,
}: {
  knee: KneeReport;
  range: TimeRange | null;
  onRange: (range: TimeRange | null) => void;
  /** The table that has the same numbers. */
  tableId: string;
}) {
  const [host, width] = useWidth();
  const [pointed, setPointed] = useState<number | null>(null);
  const layout = useMemo(() => layOutKnee(knee), [knee]);
  if (!layout) return null;
  const wide = Math.max(1, width - leftPx - rightPx);
  const isShown = ({ startUs, endUs }: DegradationStep): boolean =>
    range?.startUs === startUs && range.endUs === endUs;
  const chosen = layout.measured.findIndex(isShown);
  const told = layout.measured[pointed ?? chosen];
  const stepUnder = (event: React.PointerEvent | React.MouseEvent): number =>
    stepAt(layout, (event.clientX - event.currentTarget.getBoundingClientRect().left - leftPx) / wide);
  const toggle = (index: number): void => {
    const step = layout.measured[index];
    if (step) onRange(isShown(step) ? null : { startUs: step.startUs, endUs: step.endUs });
  };
  const onKey = (event: React.KeyboardEvent): void => {
    const at = pointed ?? (chosen < 0 ? null : chosen);
    const next = stepByKey(event.key, at, layout.measured.length);
    if (next !== null) setPointed(next);
    else if ((event.key === 'Enter' || event.key === ' ') && at !== null) toggle(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="knee-chart">
      <div className="curve-legend">
        <span>
          <i className="knee-rate" /> requests <b>{told && formatRate(told.rps)}</b>
        </span>
        <span>
          <i className="knee-p95" /> P95 <b>{told && formatDurationMs(told.p95Ms)}</b>
        </span>
        <span>
          <i className="curve-response" /> P99 <b>{told && formatDurationMs(told.p99Ms)}</b>
        </span>
        {layout.steps.some(({ failed }) => failed) && (
          <span>
            <i className="knee-failed-sign" /> some failed
          </span>
        )}
        <span className="muted curve-share">
          {told
            ? `${formatNumber(told.users)} ${told.users === 1 ? 'user' : 'users'}${told.errorRatio > 0 ? `, ${formatPercent(told.errorRatio)} failed` : ''}`
            : 'by the number of users'}
        </span>
      </div>
      <div
        ref={host}
        className="knee-host"
        style={{ height: heightPx }}
        title="Select the time of this step"
        tabIndex={0}
        role="slider"
        aria-label="Throughput and latency by users. Arrow keys move from step to step, Enter selects its time"
        aria-details={tableId}
        aria-valuemin={1}
        aria-valuemax={layout.measured.length}
        aria-valuenow={(pointed ?? Math.max(0, chosen)) + 1}
        aria-valuetext={told ? stepWords(told) : 'no step'}
        onPointerMove={(event) => setPointed(stepUnder(event))}
        onPointerLeave={() => setPointed(null)}
        onClick={(event) => toggle(stepUnder(event))}
        onKeyDown={onKey}
        onBlur={() => setPointed(null)}
      >
        {width > 0 && (
          <KneePicture layout={layout} width={width} wide={wide} pointed={pointed} chosen={chosen} />
        )}
      </div>
    </div>
  );
}

function stepWords({ users, rps, p95Ms, p99Ms, errorRatio }: DegradationStep): string {
  const failed = errorRatio > 0 ? `, ${formatPercent(errorRatio)} failed` : '';
  return `${formatNumber(users)} ${users === 1 ? 'user' : 'users'}: ${formatRate(rps)}, P95 ${formatDurationMs(p95Ms)}, P99 ${formatDurationMs(p99Ms)}${failed}`;
}

function KneePicture({
  layout,
  width,
  wide,
  pointed,
  chosen,
}: {
  layout: KneeLayout;
  width: number;
  wide: number;
  pointed: number | null;
  /** The step that is the selected range, or -1. */
  chosen: number;
}) {
  const { steps, xTicks, rate, latency, kneeX, capacityX } = layout;
  const x = (part: number): number => leftPx + part * wide;
  const bottomPx = heightPx - axisPx;
  const latencyTopPx = bottomPx - latencyPx;
  const pointedX = steps[pointed ?? -1]?.x;
  const chosenX = steps[chosen]?.x;
  return (
    <svg width={width} height={heightPx} aria-hidden>
      {chosenX !== undefined && (
        <rect className="knee-chosen" x={x(chosenX) - 7} width={14} y={topPx} height={bottomPx - topPx} />
      )}
      <Plot
        plot={rate}
        top={topPx}
        tall={ratePx}
        width={width}
        x={x}
        format={formatRate}
        kinds={['rate']}
        failed={steps.map(({ failed }) => failed)}
      />
      <Plot
        plot={latency}
        top={latencyTopPx}
        tall={latencyPx}
        width={width}
        x={x}
        format={formatDurationMs}
        kinds={['p95', 'p99']}
      />
      {capacityX !== null && capacityX !== kneeX && (
        <Mark x={x(capacityX)} text="capacity" width={width} kind="capacity" to={bottomPx} />
      )}
      {kneeX !== null && (
        <Mark
          x={x(kneeX)}
          text={capacityX === kneeX ? 'knee, capacity' : 'knee'}
          width={width}
          kind="knee"
          to={bottomPx}
        />
      )}
      {xTicks.map(({ x: at, users }) => (
        <text key={users} x={x(at)} y={bottomPx + 12} className="curve-text curve-text-middle">
          {formatNumber(users)}
        </text>
      ))}
      <text x={leftPx + wide / 2} y={bottomPx + 28} className="curve-text curve-text-middle">
        users
      </text>
      {pointedX !== undefined && (
        <line className="curve-pointer" x1={x(pointedX)} x2={x(pointedX)} y1={topPx} y2={bottomPx} />
      )}
    </svg>
  );
}

function Plot({
  plot,
  top,
  tall,
  width,
  x,
  format,
  kinds,
  failed = [],
}: {
  plot: KneePlot;
  top: number;
  tall: number;
  width: number;
  x: (part: number) => number;
  format: (value: number) => string;
  /** Of the lines, for their colours. */
  kinds: string[];
  /** By step: requests of it failed. */
  failed?: boolean[];
}) {
  const y = (part: number): number => top + (1 - part) * tall;
  const points = (line: readonly PlacedPoint[]): string =>
    line.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
  return (
    <>
      {plot.yTicks.map(({ y: at, value }) => (
        <g key={value}>
          <line className="curve-grid" x1={leftPx} x2={width - rightPx} y1={y(at)} y2={y(at)} />
          <text x={leftPx - 6} y={y(at)} className="curve-text curve-text-end">
            {format(value)}
          </text>
        </g>
      ))}
      {plot.lines.map((line, index) => (
        <g key={kinds[index]} className={`knee-line knee-line-${kinds[index]}`}>
          <polyline points={points(line)} />
          {line.map((point, step) => (
            <circle
              key={point.x}
              className={failed[step] ? 'knee-failed' : undefined}
              cx={x(point.x)}
              cy={y(point.y)}
              r={failed[step] ? 4 : 2.5}
            />
          ))}
        </g>
      ))}
    </>
  );
}

/** A line through both plots with its name above. */
function Mark({
  x,
  text,
  width,
  kind,
  to,
}: {
  x: number;
  text: string;
  width: number;
  kind: 'knee' | 'capacity';
  to: number;
}) {
  // Beside the line, on the side that has room; the knee is left of the capacity, mostly.
  const isLeft = kind === 'knee' ? x > leftPx + 90 : x > width - 70;
  return (
    <g className={`knee-mark knee-mark-${kind}`}>
      <line x1={x} x2={x} y1={4} y2={to} />
      <text x={x + (isLeft ? -5 : 5)} y={9} className={isLeft ? 'curve-text curve-text-end' : 'curve-text'}>
        {text}
      </text>
    </g>
  );
}
