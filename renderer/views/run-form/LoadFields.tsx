import { Button, Switch, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { AppInfo } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { formatDurationMs, formatNumber } from '../../../profiles/format';
import { useClient } from '../../state/client';
import { reportError } from '../../state/report-error';
import { loadInput, runFacts, type FieldErrors } from './form-state';
import { useForm } from './form-store';
import { RequestFields } from './RequestFields';
import { draftOf } from './scenario/from-scenario';
import { ScenarioEditor } from './scenario/ScenarioEditor';

/** Which load to put on the target once it listens. */
export function LoadFields({ info, errors }: { info: AppInfo; errors: FieldErrors }) {
  const { form, change } = useForm();
  const preset = info.presets.find((each) => each.name === form.preset);
  return (
    <section className="form-section">
      <h2>Load</h2>
      <div className="presets" role="radiogroup" aria-label="Load">
        <button
          type="button"
          role="radio"
          aria-checked={form.preset === null}
          aria-label="No load"
          className="preset"
          onClick={() => change({ preset: null })}
        >
          <strong>None</strong>
          <span className="muted">you drive it</span>
        </button>
        {info.presets.map((each) => (
          <button
            key={each.name}
            type="button"
            role="radio"
            aria-checked={form.preset === each.name}
            aria-label={`Load ${each.name}`}
            className="preset"
            title={each.description}
            onClick={() => change({ preset: each.name })}
          >
            <strong>{each.name}</strong>
            <span className="muted">
              {each.name === 'knee' ? 'up to ' : ''}
              {formatNumber(each.users)} users · {formatDurationMs(each.durationMs)}
            </span>
          </button>
        ))}
        <button
          type="button"
          role="radio"
          aria-checked={form.preset === 'scenario'}
          aria-label="Load scenario"
          className="preset"
          title="Your own flows, rates, checks and faults"
          onClick={() => change({ preset: 'scenario' })}
        >
          <strong>Scenario</strong>
          <span className="muted">your own flows, rates, faults</span>
        </button>
      </div>
      {form.preset === 'scenario' && (
        <>
          <ScenarioEditor errors={errors} facts={runFacts(form, info.platform)} />
          <StopAtEnd />
        </>
      )}
      {preset && (
        <>
          <div className="form-section-head">
            <p className="muted preset-description">{preset.description}</p>
            <EditAsScenario />
          </div>
          <div className="form-row">
            <TextInput
              label="Users"
              placeholder={String(preset.users)}
              inputMode="numeric"
              value={form.users}
              error={errors['users']}
              onChange={(event) => change({ users: event.currentTarget.value })}
              w={120}
            />
            <TextInput
              label="Duration (s)"
              placeholder={String(preset.durationMs / 1000)}
              inputMode="decimal"
              value={form.durationSeconds}
              error={errors['durationSeconds']}
              onChange={(event) => change({ durationSeconds: event.currentTarget.value })}
              w={120}
            />
            <StopAtEnd />
          </div>
          <fieldset className="form-group">
            <legend>Requests</legend>
            {form.requests.length === 0 && (
              <p className="muted">GET / at the address the target listens on.</p>
            )}
            {form.requests.map((_row, index) => (
              <RequestFields key={index} index={index} errors={errors} />
            ))}
            <Button
              className="align-start"
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={12} />}
              onClick={() =>
                change({ requests: [...form.requests, { method: 'GET', url: '/', headers: '', body: '' }] })
              }
            >
              Add request
            </Button>
          </fieldset>
        </>
      )}
    </section>
  );
}

function StopAtEnd() {
  const { form, change } = useForm();
  return (
    <Switch
      className="form-row-switch"
      label="Stop the target when the load has ended"
      checked={form.stopTargetAtEnd}
      onChange={(event) => change({ stopTargetAtEnd: event.currentTarget.checked })}
    />
  );
}

/** The chosen preset with its requests, written out in full. */
function EditAsScenario() {
  const client = useClient();
  const { form, change } = useForm();
  const [busy, setBusy] = useState(false);
  const edit = async (): Promise<void> => {
    const load = loadInput(form);
    if (!load) return;
    setBusy(true);
    try {
      const scenario = await client.call('scenarios.ofLoad', { load });
      change({ preset: 'scenario', scenario: draftOf(scenario), scenarioText: null });
    } catch (thrown) {
      reportError(toAppError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={busy}
      title="Flows, checks, rates and faults can then be changed"
      onClick={() => void edit()}
    >
      Edit as scenario
    </Button>
  );
}
