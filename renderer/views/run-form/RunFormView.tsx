import { Button, TagsInput, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconPlayerRecordFilled } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import type { AppInfo } from '../../../main/api';
import { toAppError, type AppError } from '../../../main/errors';
import { formatDurationMs } from '../../../profiles/format';
import { ErrorPanel } from '../../components/ErrorPanel';
import { isActive, startRun, stopRun, useApp } from '../../state/app-store';
import { useClient } from '../../state/client';
import { useRoute } from '../../state/selection';
import { CaptureFields } from './CaptureFields';
import { plannedLoad, runFacts, toSpec, type FieldErrors, type FormState } from './form-state';
import { useForm } from './form-store';
import { LoadFields } from './LoadFields';
import { MemoryFields } from './MemoryFields';
import { RememberedTargets } from './RememberedTargets';
import { leftOutWords } from './scenario/fault-draft';
import { readScenarioText } from './scenario/use-text-mode';
import { TargetFields } from './TargetFields';

/** What to profile, under which load, and what to capture. */
export function RunFormView({ info }: { info: AppInfo }) {
  const client = useClient();
  const { form, change } = useForm();
  const run = useApp((state) => state.run);
  const go = useRoute((state) => state.go);
  const [tried, setTried] = useState(false);
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const outcome = toSpec(form, info.platform);
  // Nobody wants to be told what is missing before having said "start".
  const errors: FieldErrors = tried ? (outcome.errors ?? {}) : {};

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    setError(null);
    await readScenarioText(client);
    const { spec } = toSpec(useForm.getState().form, info.platform);
    if (!spec) {
      setTimeout(() => document.querySelector<HTMLElement>('.run-form [aria-invalid="true"]')?.focus());
      return;
    }
    setStarting(true);
    try {
      await startRun(client, spec);
    } catch (thrown) {
      setError(toAppError(thrown));
    } finally {
      setStarting(false);
    }
  };

  const load = plannedLoad(form, info.presets);
  const leftOut =
    form.preset === 'scenario' ? leftOutWords(form.scenario.faults, runFacts(form, info.platform)) : null;
  return (
    <div className="run-form-layout">
      <form className="run-form" aria-label="New run" noValidate onSubmit={(event) => void submit(event)}>
        <div className="run-form-scroll">
          <h1 className="view-title">New run</h1>
          <TargetFields info={info} errors={errors} />
          <LoadFields info={info} errors={errors} />
          <CaptureFields errors={errors} />
          <MemoryFields errors={errors} />
          <section className="form-section">
            <h2>Keep as</h2>
            <div className="form-row">
              <TextInput
                label="Name"
                placeholder="From the command"
                value={form.name}
                error={errors['name']}
                onChange={(event) => change({ name: event.currentTarget.value })}
                className="grow"
              />
              <TagsInput
                label="Tags"
                placeholder={form.tags.length === 0 ? 'before, after, main…' : ''}
                value={form.tags}
                error={errors['tags']}
                onChange={(tags) => change({ tags })}
                className="grow"
              />
            </div>
          </section>
        </div>
        <div className="form-footer">
          {error && (
            <ErrorPanel error={error.toJSON()}>
              {error.code === 'RUN_ACTIVE' && run && (
                <Button onClick={() => go({ view: 'run', id: run.runId })}>Show the run</Button>
              )}
            </ErrorPanel>
          )}
          {isActive(run) && !error && (
            <div className="notice" role="status">
              <span>
                {run.name} is being recorded. Only one run at a time: its numbers would disturb each other.
              </span>
              <Button size="compact-xs" variant="default" onClick={() => void stopRun(client)}>
                Stop and save it
              </Button>
            </div>
          )}
          {leftOut !== null && (
            <div className="notice notice-warn" role="status" data-testid="faults-left-out">
              <IconAlertTriangle size={16} aria-hidden />
              <span>{leftOut}</span>
            </div>
          )}
          <div className="form-footer-row">
            <Button
              type="submit"
              size="sm"
              loading={starting}
              disabled={isActive(run)}
              leftSection={<IconPlayerRecordFilled size={14} />}
            >
              Start profiling
            </Button>
            {tried && outcome.errors ? (
              <span className="form-footer-error" role="alert">
                {Object.values(outcome.errors)[0]}
              </span>
            ) : (
              <span className="muted">
                {load
                  ? `${load.what} for ${isKnee(form) ? 'at most ' : ''}${formatDurationMs(load.durationMs)}, as soon as it listens`
                  : form.preset === null
                    ? 'No load: you drive it'
                    : 'The scenario is not complete yet'}
              </span>
            )}
          </div>
        </div>
      </form>
      <RememberedTargets platform={info.platform} onChosen={() => setTried(false)} />
    </div>
  );
}

/** A search for the knee ends when it has found it. */
function isKnee({ preset, scenario }: FormState): boolean {
  return preset === 'knee' || (preset === 'scenario' && scenario.load.model === 'knee');
}
