import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { SnapshotAnswers } from '../../../../../profiles/heap/questions';
import { formatLocation, pathOf } from '../../../../../profiles/location';
import { useCall } from '../../../../components/use-call';
import { SourceView } from '../../../../source/SourceView';
import type { ViewedRun } from '../../viewed-run';
import { Where } from './Where';

type NodeFacts = SnapshotAnswers['node'];

/** Where a closure was defined; a link to its source when the session has the script. */
export function ObjectSource({ run, node }: { run: ViewedRun; node: NodeFacts }) {
  const { location } = node;
  return location ? <Place run={run} node={node} location={location} /> : null;
}

function Place(props: { run: ViewedRun; node: NodeFacts; location: NonNullable<NodeFacts['location']> }) {
  const { run, node, location } = props;
  const [shown, setShown] = useState(false);
  const { model } = run;
  const sources = useCall('sources.list', { id: model.id }, `${model.id} ${model.live}`).data;
  const named = location.url;
  const url = named && sources?.find((source) => isAt(source.url, named))?.url;
  const title = named
    ? `${formatLocation(named, location.line, model.state.cwd)}:${location.column}`
    : `script ${location.script}:${location.line}:${location.column}`;
  return (
    <>
      <dt>Defined at</dt>
      <dd className="heap-source">
        {url ? (
          <button
            type="button"
            className="link proof mono ellipsis"
            title={url}
            onClick={() => setShown(true)}
          >
            <Where text={title} title={url} />
          </button>
        ) : (
          <code title={named ?? 'The snapshot does not tell the name of the script'}>
            <Where text={title} title={named ?? title} />
          </code>
        )}
      </dd>
      {url && (
        <Modal
          opened={shown}
          onClose={() => setShown(false)}
          size="92vw"
          title={<span className="mono">{node.name || 'closure'}</span>}
          transitionProps={{ duration: 0 }}
          centered
        >
          <div className="details-source" data-large>
            <SourceView
              model={model}
              scope={run.allocationScope}
              unit="bytes"
              place={{ url, line: location.line, column: location.column }}
            />
          </div>
          <Button mt="sm" size="compact-xs" variant="default" onClick={() => setShown(false)}>
            Close
          </Button>
        </Modal>
      )}
    </>
  );
}

function isAt(url: string, named: string): boolean {
  const path = pathOf(url);
  return url === named || path === pathOf(named);
}
