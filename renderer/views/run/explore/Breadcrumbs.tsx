import { IconChevronRight, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { formatTimeRange } from '../../../../profiles/format';
import { describeTransform } from '../../../../profiles/transforms';
import { Chip } from '../../../components/Chip';
import { threadsOf } from '../../../state/recording';
import { emptySelection, useRoute, type Selection } from '../../../state/selection';
import { threadTitle } from '../thread-title';
import type { ViewedRun } from '../viewed-run';

/** What the views are restricted to: the steps of transforms, then range, threads, function; each can be removed. */
export function Breadcrumbs({ run }: { run: ViewedRun }) {
  const { route, select } = useRoute();
  const { selection } = route;
  const { transforms, range, threads, functionKey } = selection;
  const row = useRef<HTMLDivElement>(null);
  const steps = transforms.length;
  useEffect(() => {
    // The newest step is the one that somebody wants to see, or to undo.
    const newest = [...(row.current?.querySelectorAll('[data-crumb]') ?? [])].at(-1);
    newest?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [steps]);
  const parts = restrictions(selection);
  if (parts === 0) return <div className="crumbs" />;
  return (
    <div className="crumbs" aria-label="What is shown" role="group">
      <div
        className="crumbs-scroll"
        ref={row}
        onWheel={(event) => {
          event.currentTarget.scrollLeft += event.deltaY;
        }}
      >
        {steps > 0 && (
          <>
            <button
              type="button"
              className="crumb-root"
              title="Remove all steps"
              onClick={() => select({ transforms: [] })}
            >
              All
            </button>
            {transforms.map((transform, index) => (
              <Crumb
                key={index}
                text={describeTransform(transform)}
                last={index === steps - 1}
                onBack={() => select({ transforms: transforms.slice(0, index + 1) })}
                onRemove={() => select({ transforms: transforms.filter((_, at) => at !== index) })}
              />
            ))}
            <span className="crumbs-gap" />
          </>
        )}
        {range && (
          <Chip
            label="Range"
            value={formatTimeRange(range.startUs, range.endUs)}
            onRemove={() => select({ range: null })}
          />
        )}
        {threads && (
          <Chip label="Threads" value={threadsLabel(run)} onRemove={() => select({ threads: null })} />
        )}
        {functionKey !== null && (
          <Chip
            label="Function"
            value={
              <span className="mono" title={functionKey.split('\n').slice(0, 2).join('\n')}>
                {functionKey.split('\n')[0]}
              </span>
            }
            onRemove={() => select({ functionKey: null })}
          />
        )}
        {selection.weights === 'samples' && (
          <Chip label="Numbers" value="samples" onRemove={() => select({ weights: 'value' })} />
        )}
        {selection.percentOf === 'run' && (
          <Chip label="Percent" value="of the run" onRemove={() => select({ percentOf: 'selection' })} />
        )}
        {selection.showIdle && (
          <Chip label="Idle" value="shown" onRemove={() => select({ showIdle: false })} />
        )}
        {!selection.mapped && (
          <Chip label="Names" value="generated" onRemove={() => select({ mapped: true })} />
        )}
      </div>
      {parts > 1 && (
        <button type="button" className="crumbs-clear" onClick={() => select(withoutRestrictions)}>
          Clear all
        </button>
      )}
    </div>
  );
}

const withoutRestrictions: Partial<Selection> = {
  transforms: [],
  range: null,
  threads: null,
  functionKey: null,
  search: '',
  weights: emptySelection.weights,
  percentOf: emptySelection.percentOf,
  showIdle: emptySelection.showIdle,
  mapped: emptySelection.mapped,
};

function restrictions(selection: Selection): number {
  const { transforms, range, threads, functionKey, weights, percentOf, showIdle, mapped } = selection;
  const others = [
    range !== null,
    threads !== null,
    functionKey !== null,
    weights === 'samples',
    percentOf === 'run',
    showIdle,
    !mapped,
  ];
  return transforms.length + others.filter(Boolean).length;
}

interface CrumbProps {
  text: string;
  last: boolean;
  onBack: () => void;
  onRemove: () => void;
}

function Crumb({ text, last, onBack, onRemove }: CrumbProps) {
  return (
    <>
      <IconChevronRight size={12} className="crumb-arrow" aria-hidden />
      <span className="crumb" data-crumb>
        <button
          type="button"
          className="crumb-text"
          aria-current={last ? 'step' : undefined}
          title={last ? text : `${text}\nBack to this step`}
          onClick={onBack}
        >
          {text}
        </button>
        <button type="button" className="chip-remove" aria-label={`Remove step: ${text}`} onClick={onRemove}>
          <IconX size={12} aria-hidden />
        </button>
      </span>
    </>
  );
}

function threadsLabel(run: ViewedRun): string {
  const chosen = run.selection.threads ?? [];
  const all = threadsOf(run.model);
  const only = chosen.length === 1 ? all.find((thread) => thread.key === chosen[0]) : undefined;
  return only ? threadTitle(only) : `${chosen.length} of ${all.length} threads`;
}
