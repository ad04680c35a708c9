import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { GeneratorHealth } from '../../../../main/api';
import { formatDurationMs, formatNumber, formatPercent } from '../../../../profiles/format';

/** Plainly, before any number: what follows says more about the generator than about the target. */
export function GeneratorLimit({
  generator,
  live,
}: {
  generator: GeneratorHealth | undefined;
  live: string | undefined;
}) {
  const sentence = live ?? (generator?.wasLimit ? generator.verdict : undefined);
  if (sentence === undefined) return null;
  return (
    <div className="notice notice-warn generator-limit" role="status" data-testid="generator-limit">
      <IconAlertTriangle size={16} aria-hidden />
      <span>
        <strong>
          {live === undefined ? 'The generator was the limit.' : 'The generator is the limit now.'}
        </strong>{' '}
        {sentence}
      </span>
    </div>
  );
}

/** How well the generator itself did. */
export function GeneratorSection({ generator }: { generator: GeneratorHealth | undefined }) {
  if (!generator) return null;
  const { cpuMeanPercent, cpuMaxPercent, loopLagP99Ms, loopLagMaxMs, slipP99Ms, slipMaxMs, due, begun } =
    generator;
  const rows: [label: string, value: string, title: string][] = [
    [
      'Sent late, P99',
      formatDurationMs(slipP99Ms),
      'How much later than due requests were sent because of the generator',
    ],
    [
      'Sent late, most',
      formatDurationMs(slipMaxMs),
      'How much later than due requests were sent because of the generator',
    ],
    ['CPU, mean', formatPercent(cpuMeanPercent / 100), '100 % is one core'],
    ['CPU, most', formatPercent(cpuMaxPercent / 100), '100 % is one core'],
    ['Event-loop lag, P99', formatDurationMs(loopLagP99Ms), ''],
    ['Event-loop lag, most', formatDurationMs(loopLagMaxMs), ''],
    ['Iterations due', formatNumber(due), ''],
    ['Iterations begun', formatNumber(begun), 'Fewer than due: more were under way than allowed at once'],
  ];
  return (
    <section className="section" aria-label="Generator">
      <h2>Generator</h2>
      <p className="generator-verdict">
        {generator.wasLimit ? (
          <IconAlertTriangle size={15} className="tone-problem" aria-hidden />
        ) : (
          <IconCircleCheck size={15} className="tone-fine" aria-hidden />
        )}
        <span>{generator.verdict}</span>
      </p>
      <dl className="generator-facts">
        {rows.map(([label, value, title]) => (
          <div key={label} title={title || undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
