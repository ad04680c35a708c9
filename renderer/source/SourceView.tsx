import { Button, SegmentedControl } from '@mantine/core';
import { Suspense, lazy, useMemo, useState, type ReactElement } from 'react';
import type { SourceOrigin, SourcePlace } from '../../main/api';
import { formatValue } from '../../profiles/format';
import { formatLocation, pathOf } from '../../profiles/location';
import type { ProfileUnit } from '../../profiles/types';
import type { Scope } from '../explorer/types';
import { useClient } from '../state/client';
import { usePreferences } from '../state/preferences';
import type { RecordingModel } from '../state/recording';
import { editorTitle, isOpenable, openInEditor } from './open-in-editor';
import { useLineHeat } from './use-line-heat';
import { useSides, type Sides } from './use-sides';
import { useSourceText } from './use-source-text';
import './source.css';

const CodeView = lazy(() => import('./CodeView'));

export interface SourceViewProps {
  model: RecordingModel;
  scope: Scope;
  unit: ProfileUnit;
  /** Where the function begins. */
  place: SourcePlace;
  /** There is little room, and an "Open in editor" beside it already. */
  isCompact?: boolean;
}

/** The source of a function, with what each line cost in what is shown. */
export function SourceView(props: SourceViewProps): ReactElement {
  const sides = useSides(props.model.id, props.place, props.scope.mapped);
  const [chosen, setChosen] = useState<'original' | 'generated' | null>(null);
  if (!sides)
    return (
      <section className="source-view" aria-label="Source">
        <p className="source-state">Looking for the source…</p>
      </section>
    );
  const side = chosen ?? (props.scope.mapped ? 'original' : 'generated');
  return <Side {...props} sides={sides} side={sides[side] ? side : other(side)} onSide={setChosen} />;
}

type SideName = 'original' | 'generated';

function other(side: SideName): SideName {
  return side === 'original' ? 'generated' : 'original';
}

interface SideProps extends SourceViewProps {
  sides: Sides;
  side: SideName;
  onSide: (side: SideName) => void;
}

function Side({ model, scope, unit, place, isCompact, sides, side, onSide }: SideProps): ReactElement {
  const client = useClient();
  const editor = usePreferences((state) => state.editor);
  const at = sides[side] ?? place;
  const isBinary = at.url.startsWith('wasm:') || at.url.endsWith('.wasm');
  const { text, origin, mapProblem, error } = useSourceText({
    id: model.id,
    url: at.url,
    original: side === 'original',
    live: model.live,
  });
  const sideScope = useMemo(() => ({ ...scope, mapped: side === 'original' }), [scope, side]);
  const heat = useLineHeat(model, sideScope, {
    url: text === null ? null : at.url,
    unit,
    slot: 'source-lines',
  });
  const title = formatLocation(at.url, at.line, model.state.cwd);
  return (
    <section className="source-view" aria-label="Source">
      <div className="source-bar">
        <code className="ellipsis" title={`${pathOf(at.url)}:${at.line}`}>
          {title}
        </code>
        {sides.original && sides.generated && (
          <SegmentedControl
            size="xs"
            aria-label="Which source"
            value={side}
            onChange={(value) => onSide(value)}
            data={[
              { value: 'original', label: 'Original' },
              { value: 'generated', label: 'As it ran' },
            ]}
          />
        )}
        {!isCompact && isOpenable(at.url) && (
          <Button
            size="compact-xs"
            variant="default"
            title={`Opens the file of this machine in ${editorTitle(editor)} (see Settings)`}
            onClick={() => void openInEditor(client, model.id, at)}
          >
            Open in editor
          </Button>
        )}
      </div>
      {origin && <OriginNote origin={origin} side={side} live={model.live} />}
      {mapProblem !== null && (
        <p className="source-note" data-kind="warn">
          {mapProblem}
        </p>
      )}
      {text !== null && heat.lines.size === 0 && heat.unknownSelf > 0 && (
        <p className="source-note">
          {formatValue(heat.unknownSelf, unit)} of self time in this file; the profile does not tell of which
          lines.
        </p>
      )}
      <div className="source-body">
        {isBinary ? (
          <p className="source-state">This function is WebAssembly: there is no text of it to show.</p>
        ) : error ? (
          <div className="source-state" role="status">
            <p>{error.message}</p>
            {error.hint && <p className="muted">{error.hint}</p>}
            {model.live && (
              <p className="muted">
                Sources arrive a second or two after a function was first seen; in large programs those of
                Node itself and of generated code come at the end.
              </p>
            )}
          </div>
        ) : text === null ? (
          <p className="source-state">Reading the source…</p>
        ) : (
          <Suspense fallback={<p className="source-state">Loading the source view…</p>}>
            <CodeView
              text={text}
              url={at.url}
              line={at.line}
              column={at.column}
              heat={heat}
              label={`Source of ${title}`}
            />
          </Suspense>
        )}
      </div>
    </section>
  );
}

function OriginNote({
  origin,
  side,
  live,
}: {
  origin: SourceOrigin;
  side: SideName;
  live: boolean;
}): ReactElement | null {
  if (origin === 'copied')
    return (
      <p className="source-note" data-kind={live ? undefined : 'warn'}>
        {live
          ? 'Copied from the disk. Whether exactly this runs is checked at the end, as checking stops a large program.'
          : 'Copied from the disk while recording; whether exactly this ran could not be checked.'}
      </p>
    );
  if (origin === 'disk')
    return (
      <p className="source-note" data-kind="warn">
        From the disk now; it may have changed since the recording.
      </p>
    );
  return (
    <p className="source-note">
      {origin === 'source-map'
        ? 'As the source map has it. Lines that ran as one line show their time where their function begins.'
        : side === 'original'
          ? 'Recorded from the target.'
          : 'Recorded from the target: what really ran.'}
    </p>
  );
}
