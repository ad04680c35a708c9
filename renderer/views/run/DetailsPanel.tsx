import { Button, CloseButton, CopyButton } from '@mantine/core';
import { exactValue, formatNumber, formatPercent, formatValue } from '../../../profiles/format';
import {
  callees,
  callers,
  findFrame,
  frameKey,
  functionInfo,
  type RelatedFunction,
} from '../../../profiles/functions';
import { formatLocation, pathOf } from '../../../profiles/location';
import { useMemo } from 'react';
import { useRoute } from '../../state/selection';
import { functionRows } from '../../state/trees';
import { categoryLabels } from './category-labels';
import type { ViewedRun } from './viewed-run';

const shownRelatives = 12;

/** The selected function: what it costs, where it is, who calls it and what it calls. */
export function DetailsPanel({ run, functionKey }: { run: ViewedRun; functionKey: string }) {
  const select = useRoute((state) => state.select);
  const { selection, model } = run;
  const memory = selection.tab === 'memory';
  const tree = memory ? run.allocationTree : run.cpuTree;
  const unit = memory ? 'bytes' : 'microseconds';
  const name = functionKey.split('\n')[0] ?? '';
  const facts = useMemo(() => {
    if (!tree) return null;
    const frame = findFrame(tree.frames, functionKey);
    if (frame === -1) return null;
    return {
      info: functionInfo(tree.frames, frame),
      row: functionRows(tree).find((each) => each.frame === frame),
      callers: callers(tree, functionKey),
      callees: callees(tree, functionKey),
    };
  }, [tree, functionKey]);
  return (
    <aside className="details" aria-label="Function details">
      <div className="side-panel-head">
        <h2 className="mono break">{name}</h2>
        <CloseButton size="sm" aria-label="Close details" onClick={() => select({ functionKey: null })} />
      </div>
      {!facts ? (
        <p className="muted">
          {memory
            ? 'This function allocated nothing that is still alive (or too little to be sampled).'
            : 'This function took no CPU time in what is shown. Another range or thread may have it.'}
        </p>
      ) : (
        <>
          <Location
            url={facts.info.url}
            line={facts.info.line}
            column={facts.info.column}
            cwd={model.state.cwd}
          />
          <p className="details-origin">
            <span
              className="swatch"
              style={{ background: `var(--sm-category-${facts.info.category})` }}
              aria-hidden
            />
            {categoryLabels[facts.info.category]}
            {facts.info.packageName && (
              <>
                {' · '}
                <span className="mono">{facts.info.packageName}</span>
              </>
            )}
          </p>
          <table className="table table-plain details-numbers">
            <tbody>
              {(['self', 'total'] as const).map((kind) => {
                const value = facts.row?.[kind] ?? 0;
                const share = (kind === 'self' ? facts.row?.selfShare : facts.row?.totalShare) ?? 0;
                return (
                  <tr key={kind}>
                    <th scope="row">{kind === 'self' ? 'Self' : 'Total'}</th>
                    <td className="number" title={exactValue(value, unit)}>
                      {formatValue(value, unit)}
                    </td>
                    <td className="number share-cell">{formatPercent(share)}</td>
                    <td className="details-bar">
                      <span style={{ width: `${share * 100}%` }} />
                    </td>
                  </tr>
                );
              })}
              {!memory && (
                <tr>
                  <th scope="row">Samples</th>
                  <td className="number">{formatNumber(facts.row?.sampleCount ?? 0)}</td>
                  <td colSpan={2} />
                </tr>
              )}
            </tbody>
          </table>
          <Relatives title="Callers" none="Nobody: the runtime calls it." related={facts.callers} run={run} />
          <Relatives
            title="Callees"
            none="It calls nothing that was sampled."
            related={facts.callees}
            run={run}
          />
        </>
      )}
    </aside>
  );
}

function Location({ url, line, column, cwd }: { url: string; line: number; column: number; cwd: string }) {
  if (!url) return null;
  const full = `${pathOf(url)}${line > 0 ? `:${line}${column > 0 ? `:${column}` : ''}` : ''}`;
  return (
    <p className="details-location">
      <code className="break" title={full}>
        {formatLocation(url, line, cwd)}
      </code>
      <CopyButton value={full}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={copy}>
            {copied ? 'Copied' : 'Copy path'}
          </Button>
        )}
      </CopyButton>
    </p>
  );
}

function Relatives(props: { title: string; none: string; related: RelatedFunction[]; run: ViewedRun }) {
  const { title, none, related, run } = props;
  const select = useRoute((state) => state.select);
  const memory = run.selection.tab === 'memory';
  const tree = memory ? run.allocationTree : run.cpuTree;
  const unit = memory ? 'bytes' : 'microseconds';
  const rest = related.length - shownRelatives;
  return (
    <section className="details-section" aria-label={title}>
      <h3>{title}</h3>
      {related.length === 0 && <p className="muted">{none}</p>}
      <ul className="plain-list">
        {related.slice(0, shownRelatives).map((each) => (
          <li key={each.frame} className="relative">
            {each.category === 'root' ? (
              <span className="muted">(the event loop)</span>
            ) : (
              <button
                type="button"
                className="link mono ellipsis"
                title={`${each.name}\n${formatLocation(each.url, each.line, run.model.state.cwd)}`}
                onClick={() => tree && select({ functionKey: frameKey(tree.frames, each.frame) })}
              >
                {each.name}
              </button>
            )}
            <span className="number" title={exactValue(each.weight, unit)}>
              {formatValue(each.weight, unit)}
            </span>
            <span className="number muted share-cell">{formatPercent(each.share)}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="muted">and {rest} more with less</p>}
    </section>
  );
}
