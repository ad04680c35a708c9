import { Button, TextInput } from '@mantine/core';
import { IconBolt, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { toAppError } from '../../../../main/errors';
import { useClient } from '../../../state/client';
import { reportError } from '../../../state/report-error';
import { faultForms, faultOf, newFault, type FaultDraft } from '../../run-form/scenario/fault-draft';
import { FaultFields } from '../../run-form/scenario/FaultFields';
import { readDuration } from '../../run-form/scenario/texts';
import type { ViewedRun } from '../viewed-run';

/** Breaks something in a running target, by hand. */
export function FaultControls({ run }: { run: ViewedRun }) {
  const client = useClient();
  const { state, loadResult } = run.model;
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<FaultDraft>(() => newFault('latency'));
  const [lasts, setLasts] = useState('10s');
  const [error, setError] = useState('');
  const [firing, setFiring] = useState(false);
  if (state.phase !== 'running') return null;
  const impossible = state.impossibleFaults ?? {};
  const reasons = Object.entries(impossible);
  const fire = async (): Promise<void> => {
    const found = faultOf(draft);
    const forMs = readDuration(lasts);
    if (!found.fault || Number.isNaN(forMs)) {
      setError(found.error ?? 'How long: a length of time like 10s, or nothing.');
      return;
    }
    setError('');
    setFiring(true);
    await client
      .call('run.startFault', {
        runId: state.runId,
        fault: found.fault,
        ...(forMs !== undefined && { forMs }),
      })
      .catch((thrown: unknown) => reportError(toAppError(thrown)));
    setFiring(false);
  };
  const places = ['target', ...(loadResult?.scenario?.dependencies ?? []).map(({ name }) => name)];
  return (
    <section className="fault-controls" aria-label="Break something">
      <button type="button" className="link form-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        Break something
      </button>
      {open && (
        <>
          <div className="form-row fault-row">
            <FaultFields
              draft={draft}
              onChange={setDraft}
              places={places}
              label="Fault"
              impossible={impossible}
            />
            <TextInput
              label="How long"
              placeholder="until ended"
              value={lasts}
              onChange={(event) => setLasts(event.currentTarget.value)}
              w={104}
            />
            <Button
              className="fault-fire"
              variant="default"
              loading={firing}
              disabled={impossible[draft.kind] !== undefined}
              leftSection={<IconBolt size={14} />}
              onClick={() => void fire()}
            >
              Break it now
            </Button>
          </div>
          <p className="hint">
            {faultForms[draft.kind].hint} It ends by itself after this time, by its button, and with the run.
          </p>
          {reasons.length > 0 && (
            <ul className="hint" aria-label="Not possible here">
              {reasons.map(([kind, reason]) => (
                <li key={kind}>
                  {faultForms[kind as FaultDraft['kind']].title}: {reason}
                </li>
              ))}
            </ul>
          )}
          {error !== '' && (
            <p className="field-error" role="alert">
              {error}
            </p>
          )}
        </>
      )}
    </section>
  );
}
