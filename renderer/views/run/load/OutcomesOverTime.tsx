import { useMemo } from 'react';
import type { LoadInRange } from '../../../../main/api';
import { formatDurationUs, formatNumber, formatTimeRange } from '../../../../profiles/format';
import { stackColumns, type StackedColumns } from '../../../../profiles/load-picture/stacked';
import type { TimeRange } from '../../../../profiles/types';
import type { FaultBand } from '../../../lanes/fault-bands';
import { chromeColors, type ColorScheme } from '../../../theme/colors';
import { outcomeColor, statusOrder } from './outcome-colors';
import { TimelinePlot, type PlotPlace } from './TimelinePlot';

interface Props {
  load: LoadInRange;
  /** The totals leave it out, the pictures do not. */
  hasWarmUp: boolean;
  window: TimeRange;
  range: TimeRange | null;
  onRange: (range: TimeRange | null) => void;
  bands: readonly FaultBand[];
}

const heightPx = 72;
/** Names beside the plot; the others are one more line. */
const mostNames = 4;

/** Answers by status class, and what went wrong by kind, second by second. */
export function OutcomesOverTime({ load, ...rest }: Props) {
  const { heatMap, outcomes } = load;
  const statuses = useMemo(
    () =>
      outcomes &&
      stackColumns(heatMap.columnsUs, heatMap.columnWidthUs, outcomes.statusClasses, { order: statusOrder }),
    [heatMap, outcomes],
  );
  const errors = useMemo(
    () => outcomes && stackColumns(heatMap.columnsUs, heatMap.columnWidthUs, outcomes.errorKinds),
    [heatMap, outcomes],
  );
  if (!statuses && !errors) return null;
  return (
    <>
      {statuses && <Stack title="Answers by status" testId="status-over-time" stack={statuses} {...rest} />}
      {errors && <Stack title="Errors by kind" testId="errors-over-time" stack={errors} {...rest} />}
    </>
  );
}

function Stack({
  title,
  testId,
  stack,
  hasWarmUp,
  ...rest
}: Omit<Props, 'load'> & { title: string; testId: string; stack: StackedColumns }) {
  const describe = (timeUs: number): string => {
    const column = Math.floor((timeUs - stack.startUs) / stack.columnWidthUs);
    if (column < 0 || column >= stack.columns) return '';
    const startUs = stack.startUs + column * stack.columnWidthUs;
    const lines = stack.layers
      .filter(({ counts }) => (counts[column] ?? 0) > 0)
      .slice(0, 8)
      .map(({ name, counts }) => `${formatNumber(counts[column] ?? 0)}  ${name}`);
    return [
      formatTimeRange(startUs, startUs + stack.columnWidthUs),
      ...(lines.length > 0 ? lines : ['none']),
    ].join('\n');
  };
  return (
    <section className="section load-wide" aria-label={title}>
      <h2>
        {title}{' '}
        <small className="muted">
          in each {formatDurationUs(stack.columnWidthUs)}
          {hasWarmUp && ', the warm-up included'}
        </small>
      </h2>
      <TimelinePlot
        name={title}
        testId={testId}
        heightPx={heightPx}
        {...rest}
        draw={(context, place) => drawStack(context, place, stack)}
        drawKey={stack}
        describe={describe}
        left={
          <span className="load-plot-tick" style={{ bottom: `calc(100% - 8px)` }}>
            {formatNumber(stack.most)}
          </span>
        }
        right={<Names stack={stack} />}
      />
    </section>
  );
}

function Names({ stack }: { stack: StackedColumns }) {
  const shown = stack.layers.slice(0, mostNames);
  const others = stack.layers.slice(mostNames);
  return (
    <div className="outcome-names">
      {shown.map(({ name, total }, index) => (
        <div key={name} className="outcome-name" title={`${name}: ${formatNumber(total)}`}>
          <i style={{ background: `var(--outcome-${outcomeColor(name, index)})` }} aria-hidden />
          <span className="ellipsis">{name}</span>
          <b>{formatNumber(total)}</b>
        </div>
      ))}
      {others.length > 0 && (
        <div
          className="outcome-name muted"
          title={others.map(({ name, total }) => `${name}: ${formatNumber(total)}`).join('\n')}
        >
          <i aria-hidden />
          <span>{formatNumber(others.length)} more</span>
          <b>{formatNumber(others.reduce((sum, { total }) => sum + total, 0))}</b>
        </div>
      )}
    </div>
  );
}

function drawStack(
  context: CanvasRenderingContext2D,
  { height, x, scheme }: PlotPlace,
  stack: StackedColumns,
): void {
  const { columns, layers, most, startUs, columnWidthUs } = stack;
  const colors = layers.map(({ name }, index) => cssColor(outcomeColor(name, index), scheme));
  for (let column = 0; column < columns; column++) {
    const from = x(startUs + column * columnWidthUs);
    const wide = Math.max(1, x(startUs + (column + 1) * columnWidthUs) - from - (columns < 300 ? 0.5 : 0));
    let y = height;
    layers.forEach(({ counts }, index) => {
      const count = counts[column] ?? 0;
      if (count === 0) return;
      // What happened at all is at least a pixel high.
      const tall = Math.max(1, (count / most) * (height - 3));
      y -= tall;
      context.fillStyle = colors[index] ?? chromeColors[scheme].muted;
      context.fillRect(from, y, wide, tall);
    });
  }
}

function cssColor(name: string, scheme: ColorScheme): string {
  return (
    getComputedStyle(document.documentElement).getPropertyValue(`--outcome-${name}`) ||
    chromeColors[scheme].muted
  );
}
