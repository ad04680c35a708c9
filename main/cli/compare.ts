/** `scorchmark compare` */
import {
  formatBytes,
  formatDurationMs,
  formatNumber,
  formatPercent,
  formatRate,
} from '../../profiles/format';
import type { MetricChange } from '../api';
import { AppError } from '../errors';
import { printable } from './printable';
import { exitCodes, table } from './terminal';
import { findOrImport, isPath, withEngine, type DataFolderOption } from './with-engine';

/** Functions under this share of both sides' busy time are left out of the text: nobody looks for those. */
const shownShare = 0.001;

export async function compare(
  namedA: string,
  namedB: string,
  options: DataFolderOption & { json?: boolean; functions: string },
): Promise<number> {
  const most = Number(options.functions);
  if (!Number.isInteger(most) || most < 0)
    throw new AppError('BAD_INPUT', `--functions takes a whole number, not "${options.functions}".`);
  const readOnly = !isPath(namedA) && !isPath(namedB);
  return withEngine({ ...options, readOnly }, async (engine) => {
    const a = await findOrImport(engine, namedA);
    const b = await findOrImport(engine, namedB);
    const comparison = await engine.call('compare', { a: a.id, b: b.id });
    if (options.json) {
      process.stdout.write(`${JSON.stringify(comparison)}\n`);
      return exitCodes.ok;
    }
    process.stdout.write(`A  ${a.id}  ${printable(a.name)}\nB  ${b.id}  ${printable(b.name)}\n\n`);
    for (const caveat of comparison.caveats) process.stdout.write(`note: ${printable(caveat)}\n`);
    const metricRows = comparison.metrics.map((metric) => [
      metric.label,
      value(metric, metric.a),
      value(metric, metric.b),
      change(metric),
    ]);
    process.stdout.write(`\n${table([['METRIC', 'A', 'B', 'CHANGE'], ...metricRows], [1, 2, 3])}\n`);
    const functions = comparison.functions
      .filter(({ selfShareA, selfShareB }) => Math.max(selfShareA, selfShareB) >= shownShare)
      .slice(0, most);
    if (functions.length === 0) return exitCodes.ok;
    const functionRows = functions.map((row) => [
      row.name,
      formatPercent(row.selfShareA),
      formatPercent(row.selfShareB),
      formatDurationMs(row.selfMsA),
      formatDurationMs(row.selfMsB),
      row.url === '' ? '' : `${row.url}:${row.lineB || row.lineA}`,
    ]);
    process.stdout.write(
      `\n${table([['FUNCTION', 'SELF A', 'SELF B', 'TIME A', 'TIME B', 'WHERE'], ...functionRows], [1, 2, 3, 4])}\n`,
    );
    return exitCodes.ok;
  });
}

function value(metric: MetricChange, amount: number | null): string {
  if (amount === null) return '–';
  switch (metric.unit) {
    case 'ms':
      return formatDurationMs(amount);
    case 'bytes':
      return formatBytes(amount);
    case 'ratio':
      return formatPercent(amount);
    case 'percent':
      return formatPercent(amount / 100);
    case 'perSecond':
      return formatRate(amount);
    default:
      return formatNumber(amount);
  }
}

function change(metric: MetricChange): string {
  if (metric.change === null) return '';
  const sign = metric.change > 0 ? '+' : '';
  const worse = metric.better !== 'neutral' && metric.change > 0 === (metric.better === 'lower');
  const word = metric.better === 'neutral' || metric.change === 0 ? '' : worse ? ' worse' : ' better';
  return `${sign}${(metric.change * 100).toFixed(1)} %${word}`;
}
