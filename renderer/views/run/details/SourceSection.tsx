import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { SourcePlace } from '../../../../main/api';
import type { ProfileUnit } from '../../../../profiles/types';
import type { Scope } from '../../../explorer/types';
import { SourceView } from '../../../source/SourceView';
import type { RecordingModel } from '../../../state/recording';
import { usePreferences } from '../../../state/preferences';

interface Props {
  model: RecordingModel;
  scope: Scope;
  unit: ProfileUnit;
  place: SourcePlace;
  name: string;
}

/** The function's source in the panel, or over the whole window. */
export function SourceSection({ model, scope, unit, place, name }: Props) {
  const { sourceOpen, set } = usePreferences();
  const [isLarge, setLarge] = useState(false);
  const shared = { model, scope, unit, place };
  return (
    <section className="details-section" aria-label="Source of the function">
      <div className="details-source-head">
        <h3>Source</h3>
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={sourceOpen}
          onClick={() => set({ sourceOpen: !sourceOpen })}
        >
          {sourceOpen ? 'Hide source' : 'Show source'}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => setLarge(true)}>
          Show large
        </Button>
      </div>
      {sourceOpen && !isLarge && (
        <div className="details-source">
          <SourceView {...shared} isCompact />
        </div>
      )}
      <Modal
        opened={isLarge}
        onClose={() => setLarge(false)}
        size="92vw"
        title={<span className="mono">{name}</span>}
        transitionProps={{ duration: 0 }}
        centered
      >
        <div className="details-source" data-large>
          <SourceView {...shared} />
        </div>
      </Modal>
    </section>
  );
}
