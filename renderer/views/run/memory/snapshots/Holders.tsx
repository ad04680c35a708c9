import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { toAppError, type AppError } from '../../../../../main/errors';
import { formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import type { HolderPath } from '../../../../../profiles/heap/questions';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import { useRoute } from '../../../../state/selection';
import { shortPaths } from '../short-paths';
import type { OpenComparison } from './use-comparison';

/** The ways by which the new objects of a constructor are held, the most frequent first. */
export function Holders(props: { comparison: OpenComparison; group: number; cwd: string }) {
  const { comparison, group, cwd } = props;
  const [state, setState] = useState<{ group: number; ways?: HolderPath[]; error?: AppError } | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    comparison.ask({ kind: 'holders', group }).then(
      (ways) => current && setState({ group, ways }),
      (thrown: unknown) => current && setState({ group, error: toAppError(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [comparison, group, turn]);
  if (state?.group !== group) return <p className="muted heap-details-hint">Looking for what holds them…</p>;
  if (state.error)
    return (
      <ErrorPanel error={state.error.toJSON()}>
        <Button size="compact-xs" variant="default" onClick={() => setTurn(turn + 1)}>
          Try again
        </Button>
      </ErrorPanel>
    );
  const ways = state.ways ?? [];
  if (ways.length === 0)
    return (
      <p className="muted heap-details-hint">
        No new object of this constructor is held by a strong reference: what there was is freed by the next
        collection, or none is new.
      </p>
    );
  return (
    <div className="heap-holders" data-testid="holders">
      <h2>What holds the new objects</h2>
      {ways.map((way, index) => (
        <Way key={index} way={way} cwd={cwd} />
      ))}
    </div>
  );
}

function Way({ way, cwd }: { way: HolderPath; cwd: string }) {
  const goInMemory = useRoute((state) => state.goInMemory);
  const select = (object: number): void => goInMemory({ object, facet: 'retainers' });
  return (
    <section className="heap-way">
      <button
        type="button"
        className="link proof heap-way-phrase"
        title={`Select ${way.holder.name} @${way.holder.id}`}
        onClick={() => select(way.holder.ordinal)}
      >
        {shortPaths(way.phrase, cwd)}
      </button>
      <div className="muted">
        {formatNumber(way.count)} {way.count === 1 ? 'object' : 'objects'} · {formatPercent(way.share)} of the
        new ones · retain {formatBytes(way.retained)}
      </div>
      <ol className="heap-path">
        {way.steps.map((step, index) => (
          <li key={index} aria-current={step.ordinal === way.holder.ordinal ? 'true' : undefined}>
            <button type="button" className="link mono ellipsis" onClick={() => select(step.ordinal)}>
              <span className="heap-edge">{step.edge}</span>
              {step.edge && <span className="muted">: </span>}
              {shortPaths(step.node, cwd)}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
