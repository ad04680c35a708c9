import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { RunFacts } from '../../../../profiles/load-picture/impossible-faults';
import type { FieldErrors } from '../form-state';
import { useForm } from '../form-store';
import { ExportMenu } from './ExportMenu';
import { FlowFields } from './FlowFields';
import { draftOf } from './from-scenario';
import { ImportDialog } from './ImportDialog';
import { LoadModelFields } from './LoadModelFields';
import { ConnectionFields, FaultPlan, ThresholdFields, VariableFields } from './MoreFields';
import { lineOf } from './place-of-error';
import type { ScenarioDraft } from './scenario-draft';
import { errorAt, toScenario, type ScenarioErrors } from './to-scenario';
import { useTextMode } from './use-text-mode';
import './scenario.css';

const ScenarioText = lazy(() => import('./ScenarioText'));

/** A scenario, as a form or as text. */
export function ScenarioEditor({ errors, facts }: { errors: FieldErrors; facts: RunFacts }) {
  const { form, change } = useForm();
  const { scenario: draft, scenarioText } = form;
  const textMode = useTextMode();
  const [importing, setImporting] = useState(false);
  const [incomplete, setIncomplete] = useState(false);
  const { scenario, errors: wrongNow } = useMemo(() => toScenario(draft), [draft]);
  // What is wrong is told when the run was to start, or when the text was asked for.
  const told = useMemo(
    () => (incomplete ? (wrongNow ?? {}) : ofScenario(errors)),
    [incomplete, wrongNow, errors],
  );
  const problem = scenarioText?.problem ?? null;
  return (
    <div className="scenario">
      <div className="scenario-bar">
        <SegmentedControl
          size="xs"
          aria-label="Scenario as"
          value={scenarioText ? 'text' : 'form'}
          disabled={problem !== null}
          onChange={(mode) => {
            if (mode === 'form') textMode.close();
            else void textMode.open().then((shown) => setIncomplete(!shown));
          }}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'text', label: 'Text' },
          ]}
        />
        {problem !== null && (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={textMode.close}>
            Drop the text
          </Button>
        )}
        {incomplete && !scenario && (
          <span className="field-error" role="alert">
            {Object.values(wrongNow ?? {})[0]} Then it can be shown as text.
          </span>
        )}
        <span className="grow" />
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconFileImport size={14} />}
          onClick={() => setImporting(true)}
        >
          Import
        </Button>
        <ExportMenu scenario={problem === null ? scenario : null} />
      </div>
      {scenarioText ? (
        <div className="scenario-text-box">
          <Suspense fallback={<p className="muted">Opening the editor</p>}>
            <ScenarioText
              text={scenarioText.text}
              onChange={textMode.edit}
              wrongAtLine={problem === null ? null : lineOf(problem)}
            />
          </Suspense>
          <p
            className={problem === null ? 'hint' : 'field-error'}
            role="status"
            data-testid="scenario-problem"
          >
            {problem ?? 'Read: the form has the same.'}
          </p>
        </div>
      ) : (
        <ScenarioForm draft={draft} errors={told} facts={facts} />
      )}
      <TextInput
        label="Files are relative to"
        placeholder="the target’s working directory"
        classNames={{ input: 'mono' }}
        value={form.scenarioFolder}
        onChange={(event) => change({ scenarioFolder: event.currentTarget.value })}
      />
      <ImportDialog
        opened={importing}
        onClose={() => setImporting(false)}
        onImported={(imported) => {
          change({ scenario: draftOf(imported), scenarioText: null });
          setIncomplete(false);
        }}
      />
    </div>
  );
}

function ScenarioForm({
  draft,
  errors,
  facts,
}: {
  draft: ScenarioDraft;
  errors: ScenarioErrors;
  facts: RunFacts;
}) {
  const change = useForm((state) => state.change);
  const edit = (part: Partial<ScenarioDraft>): void => change({ scenario: { ...draft, ...part } });
  return (
    <>
      <div className="form-row">
        <TextInput
          label="Scenario"
          value={draft.name}
          error={errorAt(errors, 'name')}
          onChange={(event) => edit({ name: event.currentTarget.value })}
          className="grow"
        />
        <TextInput
          label="Base URL"
          placeholder="the address it listens on"
          classNames={{ input: 'mono' }}
          value={draft.baseUrl}
          error={errorAt(errors, 'baseUrl')}
          onChange={(event) => edit({ baseUrl: event.currentTarget.value })}
          className="grow"
        />
        <TextInput
          label="Warm-up"
          placeholder="none; not counted"
          value={draft.warmUp}
          error={errorAt(errors, 'warmUpMs')}
          onChange={(event) => edit({ warmUp: event.currentTarget.value })}
          w={150}
        />
      </div>
      <LoadModelFields
        load={draft.load}
        errors={errors}
        onChange={(part) => edit({ load: { ...draft.load, ...part } })}
      />
      <FlowFields draft={draft} errors={errors} onChange={edit} />
      <VariableFields draft={draft} errors={errors} onChange={edit} />
      <ConnectionFields draft={draft} errors={errors} onChange={edit} />
      <ThresholdFields draft={draft} errors={errors} onChange={edit} />
      <FaultPlan draft={draft} errors={errors} onChange={edit} facts={facts} />
    </>
  );
}

/** The run form's errors that are of the scenario, by their place in it. */
function ofScenario(errors: FieldErrors): ScenarioErrors {
  return Object.fromEntries(
    Object.entries(errors)
      .filter(([field]) => field.startsWith('scenario.'))
      .map(([field, message]) => [field.slice('scenario.'.length), message]),
  );
}
